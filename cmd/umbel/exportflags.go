package main

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"umbel/internal/exports"
	"umbel/internal/server"
	"umbel/sigv4"
)

// exportFlags say where exports of cost data go.
type exportFlags struct {
	directory string
	endpoint  string
	region    string
}

// The variables with the credentials of the S3 endpoint. They are no flags: everyone on a machine sees those.
const (
	exportsKeyID  = "UMBEL_EXPORTS_ACCESS_KEY_ID"
	exportsSecret = "UMBEL_EXPORTS_SECRET_ACCESS_KEY"
	exportsToken  = "UMBEL_EXPORTS_SESSION_TOKEN"
)

func (f *exportFlags) register(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.directory, "exports", "", "directory that exports of cost data are written to, as DIR/BUCKET/PREFIX/…")
	cmd.Flags().StringVar(&f.endpoint, "exports-s3", "", "S3 endpoint that exports of cost data are written to, with the credentials in "+exportsKeyID+" and "+exportsSecret)
	cmd.Flags().StringVar(&f.region, "exports-s3-region", "us-east-1", "Region that the S3 endpoint is signed for")
	cmd.MarkFlagsMutuallyExclusive("exports", "exports-s3")
}

// apply sets where a server writes exports to.
func (f *exportFlags) apply(cfg *server.Config, getenv func(string) string) error {
	switch {
	case f.directory != "":
		cfg.Exports, cfg.Spool = exports.Directory{Root: f.directory}, filepath.Join(f.directory, ".spool")
		return os.MkdirAll(cfg.Spool, 0o700)
	case f.endpoint == "":
		return nil
	}
	u, err := url.Parse(f.endpoint)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return fmt.Errorf("--exports-s3: %q is not the address of an endpoint", f.endpoint)
	}
	keys := sigv4.Credentials{AccessKeyID: getenv(exportsKeyID), SecretAccessKey: getenv(exportsSecret), SessionToken: getenv(exportsToken)}
	if keys.AccessKeyID == "" || keys.SecretAccessKey == "" {
		return errors.New("--exports-s3 needs credentials in " + exportsKeyID + " and " + exportsSecret)
	}
	cfg.Exports = &exports.S3{Endpoint: u, Region: f.region, Credentials: keys, Client: &http.Client{}, Now: time.Now}
	return nil
}
