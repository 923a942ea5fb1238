package costlines_test

import (
	"context"
	"flag"
	"os"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"umbel/internal/costlines"
	"umbel/internal/gauge"
	"umbel/internal/lineblock"
	"umbel/internal/usage"
)

var (
	exportFiles = flag.String("export", "", "a directory in which the files to be imported stay, to be measured again")
	importers   = flag.Int("importers", 2, "how many files are imported at the same time")
)

// importFile imports a file as one change.
func importFile(ctx context.Context, s *costlines.Store, path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	w, err := s.Begin(ctx, costlines.Change{Payer: benchPayer, Import: path, Origin: "report"})
	if err != nil {
		return err
	}
	defer w.Abort()
	report, err := usage.ReadParquet(ctx, f, info.Size(), path, usage.Sink{Block: func(b *lineblock.Block) error { return costlines.AddBlock(w, b) }})
	if err == nil {
		err = report.Cut
	}
	if err != nil {
		return err
	}
	return w.Commit(ctx)
}

// BenchmarkReports measures the import of reports: files of CUR 2.0 in Parquet, read, converted, checked for rows that come twice,
// sorted, written as segments, synced and committed, each as one change.
func BenchmarkReports(b *testing.B) {
	dir := *exportFiles
	if dir == "" {
		dir = b.TempDir()
	}
	paths := exportDir(b, dir, *benchLines)
	for b.Loop() {
		b.StopTimer()
		store := *benchDir
		if store == "" {
			store = b.TempDir()
		}
		s, err := costlines.Open(store)
		if err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
		begun, before := time.Now(), gauge.CPU(b)
		group, ctx := errgroup.WithContext(context.Background())
		var next atomic.Int64
		for range *importers {
			group.Go(func() error {
				for i := int(next.Add(1)) - 1; i < len(paths); i = int(next.Add(1)) - 1 {
					if err := importFile(ctx, s, paths[i]); err != nil {
						return err
					}
				}
				return nil
			})
		}
		if err := group.Wait(); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(*benchLines)/(gauge.CPU(b)-before).Seconds(), "lines/cpu-s")
		b.ReportMetric(float64(*benchLines)/time.Since(begun).Seconds(), "lines/s")
		gauge.Peak(b)
	}
}
