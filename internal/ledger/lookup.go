package ledger

import (
	"context"
	"fmt"
	"strings"
)

// Lookup gives the events that match, newest first, at most q.Limit of them; next continues behind them and is empty at
// the end. An After that no Lookup gave is an error.
func (l *Ledger) Lookup(ctx context.Context, q Query) (events []Event, next string, err error) {
	text, args, err := q.sql()
	if err != nil {
		return nil, "", err
	}
	rows, err := l.db.Query(ctx, text, args...)
	if err != nil {
		return nil, "", fmt.Errorf("ledger: look events up: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		if len(events) == q.Limit {
			return events, next, nil
		}
		e := Event{Account: q.Account}
		var seq, at int64
		var readOnly int
		var resources string
		if err := rows.Scan(&seq, &at, &e.ID, &e.Name, &e.Source, &readOnly, &e.Username, &e.AccessKeyID, &resources, &e.Body); err != nil {
			return nil, "", fmt.Errorf("ledger: look events up: %w", err)
		}
		e.Time, e.ReadOnly, e.Resources = fromMicros(at), readOnly == 1, unpackResources(resources)
		events, next = append(events, e), fmt.Sprintf("%d.%d", at, seq)
	}
	if err := rows.Err(); err != nil {
		return nil, "", fmt.Errorf("ledger: look events up: %w", err)
	}
	return events, "", nil
}

// condition is one restriction of a query; $ stands for its operand.
type condition struct {
	text    string
	operand any
}

func (q *Query) conditions() ([]condition, error) {
	cs := []condition{{"account = $", q.Account}}
	add := func(given bool, text string, operand any) {
		if given {
			cs = append(cs, condition{text, operand})
		}
	}
	add(!q.From.IsZero(), "at >= $", micros(q.From))
	add(!q.To.IsZero(), "at <= $", micros(q.To))
	add(q.EventID != "", "id = $", q.EventID)
	add(q.Name != "", "name = $", q.Name)
	add(q.Source != "", "source = $", q.Source)
	add(q.Username != "", "username = $", q.Username)
	add(q.AccessKeyID != "", "access_key = $", q.AccessKeyID)
	add(q.ResourceType != "", "resources LIKE $ ESCAPE '!'", "%\n"+likeEscaper.Replace(q.ResourceType)+"\t%")
	add(q.ResourceName != "", "resources LIKE $ ESCAPE '!'", "%\t"+likeEscaper.Replace(q.ResourceName)+"\n%")
	if q.ReadOnly != nil {
		add(true, "read_only = $", b2i(*q.ReadOnly))
	}
	if q.After != "" {
		var at, seq int64
		if _, err := fmt.Sscanf(q.After, "%d.%d", &at, &seq); err != nil {
			return nil, fmt.Errorf("ledger: no place in a list of events: %q", q.After)
		}
		add(true, "at <= $", at)
		add(true, fmt.Sprintf("(at < %d OR seq < $)", at), seq)
	}
	return cs, nil
}

func (q *Query) sql() (string, []any, error) {
	cs, err := q.conditions()
	if err != nil {
		return "", nil, err
	}
	var b strings.Builder
	b.WriteString("SELECT seq, at, id, name, source, read_only, username, access_key, resources, body FROM events WHERE ")
	args := make([]any, len(cs))
	for i, c := range cs {
		if i > 0 {
			b.WriteString(" AND ")
		}
		b.WriteString(strings.Replace(c.text, "$", fmt.Sprintf("$%d", i+1), 1))
		args[i] = c.operand
	}
	fmt.Fprintf(&b, " ORDER BY at DESC, seq DESC LIMIT %d", q.Limit+1)
	return b.String(), args, nil
}

// likeEscaper takes the meaning of patterns from a text that is compared with LIKE.
var likeEscaper = strings.NewReplacer("!", "!!", "%", "!%", "_", "!_")
