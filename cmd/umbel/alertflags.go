package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"umbel/internal/alert"
)

// alertFlags say how alerts reach people.
type alertFlags struct {
	smtp, from, webhook string
	topics              []string
}

func (f *alertFlags) register(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.smtp, "smtp", "", "server that takes e-mail of alerts, as smtp://[USER[:PASSWORD]@]HOST[:PORT] or smtps://…; the password may stand in UMBEL_SMTP_PASSWORD")
	cmd.Flags().StringVar(&f.from, "mail-from", "", "sender of e-mail of alerts, as alerts@example.com")
	cmd.Flags().StringVar(&f.webhook, "webhook", "", "URL that every alert is posted to; signed if UMBEL_WEBHOOK_SECRET is set")
	cmd.Flags().StringArrayVar(&f.topics, "sns", nil, "endpoint of an SNS topic, as TOPIC-ARN=URL: alerts to the topic are posted there")
}

// config turns flags and environment into the configuration of alerts.
func (f *alertFlags) config(getenv func(string) string) (alert.Config, error) {
	c := alert.Config{From: f.from, Webhook: f.webhook, Secret: getenv("UMBEL_WEBHOOK_SECRET")}
	if f.smtp != "" {
		s, err := alert.ParseSMTP(f.smtp)
		if err != nil {
			return c, fmt.Errorf("--smtp: %w", err)
		}
		if p := getenv("UMBEL_SMTP_PASSWORD"); p != "" {
			s.Password = p
		}
		c.SMTP = s
	}
	for _, t := range f.topics {
		arn, url, ok := strings.Cut(t, "=")
		if !ok {
			return c, fmt.Errorf("--sns %s: want TOPIC-ARN=URL", t)
		}
		if c.Topics[arn] != "" {
			return c, fmt.Errorf("--sns names an endpoint of %s twice", arn)
		}
		if c.Topics == nil {
			c.Topics = map[string]string{}
		}
		c.Topics[arn] = url
	}
	return c, c.Check()
}
