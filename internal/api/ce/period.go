package ce

import (
	"time"

	"umbel/internal/costlines"
	"umbel/internal/fault"
	model "umbel/internal/model/ce"
	"umbel/internal/op"
)

const (
	dayForm  = "2006-01-02"
	hourForm = "2006-01-02T15:04:05Z"
)

// How far back can be asked (Cost Management User Guide): hours of two weeks, days of 14 months, months of 38.
const (
	hourlyDays    = 14
	dailyMonths   = 14
	monthlyMonths = 38
)

// span is a range of time, End exclusive, and how it is cut.
type span struct {
	start, end time.Time
	cut        costlines.Granularity
}

// period reads a TimePeriod; granularity "" does not cut it.
func period(p *model.DateInterval, granularity string) (s span, err error) {
	if p == nil {
		return s, refuse("TimePeriod must not be empty.")
	}
	var startsAtHour, endsAtHour bool
	if s.start, startsAtHour, err = instant(op.Value(p.Start)); err != nil {
		return s, err
	}
	if s.end, endsAtHour, err = instant(op.Value(p.End)); err != nil {
		return s, err
	}
	switch granularity {
	case "HOURLY":
		s.cut = costlines.Hourly
	case "DAILY":
		s.cut = costlines.Daily
	case "MONTHLY":
		s.cut = costlines.Monthly
	}
	if s.cut != costlines.Hourly && (startsAtHour || endsAtHour) {
		return s, refuse("Hourly timePeriod is not supported for this request")
	}
	return s, nil
}

func instant(text string) (at time.Time, hour bool, err error) {
	form := dayForm
	if len(text) > len(dayForm) {
		form = hourForm
	}
	if at, err = time.Parse(form, text); err != nil {
		return at, false, refuse("%s is not a date: use yyyy-MM-dd, or yyyy-MM-ddThh:mm:ssZ for hours.", text)
	}
	return at, form == hourForm, nil
}

// past checks a range of time that has lines. The words are those that people report of Cost Explorer, where they do.
func (s span) past(now time.Time) error {
	today := now.Truncate(24 * time.Hour)
	switch {
	case !s.start.Before(s.end):
		return refuse("Start date (and hour) should be before end date (and hour)")
	case s.start.After(now):
		return refuse("Start date must be equal to or no later than the current date.")
	case s.end.After(monthStart(now).AddDate(0, 1, 0)):
		return refuse("end date past the beginning of next month")
	case s.cut == costlines.Hourly && s.start.Before(today.AddDate(0, 0, -hourlyDays)):
		return refuse("Start date is more than %d days ago for hourly granularity. Please adjust start date as we support only %d days of data at hourly granularity.", hourlyDays, hourlyDays)
	case s.start.Before(monthStart(now).AddDate(0, -monthlyMonths, 0)):
		return fault.New(fault.BillExpiration, "The requested report expired. Update the date interval and try again.")
	case s.start.Before(today.AddDate(0, -dailyMonths, 0)) && s.cut == costlines.Daily:
		return refuse("You haven't enabled historical data beyond %d months", dailyMonths)
	case s.start.Before(today.AddDate(0, -dailyMonths, 0)) && s.start.Day() != 1:
		return refuse("To retrieve data beyond the past %d months, your start date needs to be the first day of the month.", dailyMonths)
	}
	return nil
}

func monthStart(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), 1, 0, 0, 0, 0, time.UTC)
}

// next gives the end of the part that begins at a time.
func (s span) next(at time.Time) time.Time {
	end := s.end
	switch s.cut {
	case costlines.Hourly:
		end = at.Truncate(time.Hour).Add(time.Hour)
	case costlines.Daily:
		end = at.AddDate(0, 0, 1)
	case costlines.Monthly:
		end = monthStart(at).AddDate(0, 1, 0)
	}
	if end.After(s.end) {
		return s.end
	}
	return end
}

// parts gives the parts in order.
func (s span) parts() (out []span) {
	for at := s.start; at.Before(s.end); at = s.next(at) {
		out = append(out, span{at, s.next(at), s.cut})
	}
	return out
}

// shown writes a range as answers have it.
func (s span) shown() *model.DateInterval {
	form := dayForm
	if s.cut == costlines.Hourly {
		form = hourForm
	}
	start, end := s.start.Format(form), s.end.Format(form)
	return &model.DateInterval{Start: &start, End: &end}
}
