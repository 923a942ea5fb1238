package operator

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
)

// Import sends a file of usage; the account's payer gets it on its bill, "" is the first account. The name is what problems call the
// file.
func (c *Client) Import(ctx context.Context, account, name string, file io.Reader) (ImportAnswer, error) {
	var out ImportAnswer
	path := "/_umbel/usage?" + url.Values{"account": {account}, "name": {name}}.Encode()
	err := c.send(ctx, http.MethodPost, path, file, "application/octet-stream", decoded(&out))
	return out, err
}

// Costs lists the months of the account's payer, and what was imported.
func (c *Client) Costs(ctx context.Context, account string) (CostsAnswer, error) {
	var out CostsAnswer
	err := c.call(ctx, http.MethodGet, "/_umbel/usage?"+url.Values{"account": {account}}.Encode(), nil, &out)
	return out, err
}

// Simulate has usage made up.
func (c *Client) Simulate(ctx context.Context, rq SimulateRequest) (SimulateAnswer, error) {
	var out SimulateAnswer
	err := c.wait(ctx, "/_umbel/usage/simulate", rq, &out)
	return out, err
}

// Settle waits until all bills that are wanted are computed.
func (c *Client) Settle(ctx context.Context) error {
	return c.wait(ctx, "/_umbel/bill/settle", struct{}{}, nil)
}

// CloseMonth closes a month.
func (c *Client) CloseMonth(ctx context.Context, rq BillRequest) (MonthStatus, error) {
	var out MonthStatus
	err := c.call(ctx, http.MethodPost, "/_umbel/bill/close", rq, &out)
	return out, err
}

// ReopenMonth makes a final bill an estimate again.
func (c *Client) ReopenMonth(ctx context.Context, rq BillRequest) (MonthStatus, error) {
	var out MonthStatus
	err := c.call(ctx, http.MethodPost, "/_umbel/bill/reopen", rq, &out)
	return out, err
}

// Terms gives the terms of an account's payer.
func (c *Client) Terms(ctx context.Context, account string) (TermsAnswer, error) {
	var out TermsAnswer
	err := c.call(ctx, http.MethodGet, "/_umbel/bill/terms?"+url.Values{"account": {account}}.Encode(), nil, &out)
	return out, err
}

// SetTerms sets the terms of an account's payer.
func (c *Client) SetTerms(ctx context.Context, rq TermsRequest) (TermsAnswer, error) {
	var out TermsAnswer
	err := c.call(ctx, http.MethodPost, "/_umbel/bill/terms", rq, &out)
	return out, err
}

// ImportPrices sends a price list file.
func (c *Client) ImportPrices(ctx context.Context, name string, file io.Reader) (PricesAnswer, error) {
	var out PricesAnswer
	err := c.send(ctx, http.MethodPost, "/_umbel/prices?"+url.Values{"name": {name}}.Encode(), file, "application/json", decoded(&out))
	return out, err
}

// FindPrices looks prices up.
func (c *Client) FindPrices(ctx context.Context, rq FindPricesRequest) (FindPricesAnswer, error) {
	var out FindPricesAnswer
	err := c.call(ctx, http.MethodPost, "/_umbel/prices/find", rq, &out)
	return out, err
}

// wait calls a route that may take long.
func (c *Client) wait(ctx context.Context, path string, in, out any) error {
	return c.waitFor(ctx, path, in, decoded(out))
}

// waitFor is wait for an answer that is read by the caller.
func (c *Client) waitFor(ctx context.Context, path string, in any, read func(io.Reader) error) error {
	body, err := json.Marshal(in)
	if err != nil {
		return fmt.Errorf("operator: %w", err)
	}
	return c.send(ctx, http.MethodPost, path, bytes.NewReader(body), "application/json", read)
}

// send sends a body of any length and reads the answer, however long both take.
func (c *Client) send(ctx context.Context, method, path string, body io.Reader, kind string, read func(io.Reader) error) error {
	rq, err := http.NewRequestWithContext(ctx, method, c.Endpoint+path, io.NopCloser(body))
	if err != nil {
		return fmt.Errorf("operator: %w", err)
	}
	rq.Header.Set("Authorization", "Bearer "+c.Token)
	rq.Header.Set("Content-Type", kind)
	resp, err := (&http.Client{Transport: &http.Transport{TLSClientConfig: c.TLS(), DisableKeepAlives: true}}).Do(rq)
	if err != nil {
		return fmt.Errorf("no answer from Umbel at %s; if it is not running, start it with `umbel up`: %w", c.Endpoint, err)
	}
	defer resp.Body.Close()
	return understand(resp, read)
}

// understand reads an answer, or the failure that it tells.
func understand(resp *http.Response, read func(io.Reader) error) error {
	if resp.StatusCode/100 != 2 {
		var e failure
		if json.NewDecoder(io.LimitReader(resp.Body, 1<<20)).Decode(&e) != nil || e.Error == "" {
			e.Error = resp.Status
		}
		return errors.New(e.Error)
	}
	return read(resp.Body)
}

// decoded reads an answer into a value; nil if nothing is answered.
func decoded(out any) func(io.Reader) error {
	return func(body io.Reader) error {
		if out == nil {
			return nil
		}
		if err := json.NewDecoder(body).Decode(out); err != nil {
			return fmt.Errorf("operator: read the answer: %w", err)
		}
		return nil
	}
}
