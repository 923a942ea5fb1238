package e2e_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"umbel/internal/op"
	"umbel/internal/testenv"
)

// A CLI of some age does not know all services, or not all that they offer by now. It learns them from models in ~/.aws/models, as AWS
// gives them to those who try a service before it is public: so every script runs whatever CLI is at hand.

// strange gives the services that the CLI is to be taught: all, if there is one of which it does not know every operation served, for
// then it is likely not to know every option of the others either.
var strange = sync.OnceValues(func() ([]string, error) {
	path, err := cliPath()
	if err != nil {
		return nil, err
	}
	home, err := os.MkdirTemp("", "umbel-cli")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(home)
	var all []string
	old := false
	for _, service := range testenv.Registry().Services() {
		all = append(all, service.ID)
		if old {
			continue // it is known already that it is
		}
		cmd := exec.Command(path, service.ID, "nothing")
		cmd.Env = append(cliEnvironment(home), "PATH="+os.Getenv("PATH"))
		said, _ := cmd.CombinedOutput() // there is no such command: it lists those that there are
		known := strings.Fields(string(said))
		old = old || slices.ContainsFunc(service.Operations, unknown(known))
	}
	if !old {
		return nil, nil
	}
	return all, nil
})

// unknown tells whether an operation's command is not among those known.
func unknown(known []string) func(*op.Operation) bool {
	return func(o *op.Operation) bool { return !slices.Contains(known, commandName(o.Name)) }
}

// teachCLI gives the CLI the models of what it does not know.
func teachCLI(home string) error {
	services, err := strange()
	if err != nil {
		return err
	}
	for _, service := range services {
		raw, err := os.ReadFile(filepath.Join("..", "internal", "model", "data", service+".json"))
		if err != nil {
			return err
		}
		var model struct {
			Metadata struct{ APIVersion string }
		}
		if err := json.Unmarshal(raw, &model); err != nil {
			return err
		}
		dir := filepath.Join(home, ".aws", "models", service, model.Metadata.APIVersion)
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, "service-2.json"), raw, 0o644); err != nil {
			return err
		}
	}
	return nil
}
