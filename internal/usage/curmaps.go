package usage

import (
	"encoding/json"
	"strings"

	"umbel/internal/decimal"
)

// gathered are a row's tags, or its cost categories, of a report that has a column for each: the columns and texts that are not
// blank. Rows with the same ones share a map.
type gathered struct {
	key   []byte // what makes rows equal: the number of each column, and its text
	parts []part
}

type part struct {
	name string
	text []byte
}

func (g *gathered) add(column int, name string, b []byte) {
	g.key = append(g.key, byte(column), byte(column>>8), byte(len(b)), byte(len(b)>>8), byte(len(b)>>16))
	g.key = append(g.key, b...)
	g.parts = append(g.parts, part{name, b})
}

// reset forgets the row.
func (g *gathered) reset(kind byte) {
	g.key, g.parts = append(g.key[:0], kind), g.parts[:0]
}

// gather gives the map of what was gathered, nil for nothing.
func (m *memory) gather(g *gathered) map[string]string {
	if len(g.parts) == 0 {
		return nil
	}
	if o, ok := m.maps[string(g.key)]; ok {
		return o
	}
	o := make(map[string]string, len(g.parts))
	for _, p := range g.parts {
		o[p.name] = m.text(p.text)
	}
	m.keep(m.maps, g.key, o)
	return o
}

// finishMaps makes the maps of a line whose report has columns for tags and categories.
func (r *row) finishMaps() (column string, err error) {
	if o := r.gather(&r.tags); o != nil {
		r.line.Tags = o
	}
	if o := r.gather(&r.categories); o != nil {
		r.line.Categories = o
	}
	return "", nil
}

// prefixed gives the setter of a column that is one of many of its kind: "resourceTags/user:team"; nil if it is none.
func prefixed(column int, name string) setter {
	if key, ok := cutAny(name, "resourceTags/"); ok {
		return tagSetter(column, key)
	}
	for prefix, owner := range map[string]string{"resource_tags_user_": "user:", "resource_tags_aws_": "aws:"} {
		if key, ok := cutAny(name, prefix); ok {
			return tagSetter(column, owner+key)
		}
	}
	if key, ok := cutAny(name, "costCategory/", "cost_category_"); ok {
		return func(r *row, b []byte) error {
			r.categories.add(column, key, b)
			return nil
		}
	}
	if key, ok := cutAny(name, "discount/", "discount_"); ok {
		key = snake(key)
		return func(r *row, b []byte) error {
			d, err := number(b)
			if err == nil && !d.IsZero() {
				r.discount(key, d)
			}
			return err
		}
	}
	return nil
}

func tagSetter(column int, key string) setter {
	return func(r *row, b []byte) error {
		r.tags.add(column, key, b)
		return nil
	}
}

func cutAny(name string, prefixes ...string) (rest string, ok bool) {
	for _, p := range prefixes {
		if rest, ok = strings.CutPrefix(name, p); ok && rest != "" {
			return rest, true
		}
	}
	return "", false
}

func (r *row) discount(key string, d decimal.D) {
	if r.line.Discounts == nil {
		r.line.Discounts = map[string]decimal.D{}
	}
	r.line.Discounts[key] = d
}

// mapSetters are the columns of CUR 2.0 that hold many values as a JSON object.
func mapSetters() map[string]setter {
	return map[string]setter{
		"resource_tags": func(r *row, b []byte) (err error) {
			r.line.Tags, err = r.tagObject(b, curTag)
			return err
		},
		"cost_category": func(r *row, b []byte) (err error) {
			r.line.Categories, err = r.object(b)
			return err
		},
		"discount": setDiscounts,
		"product":  setProduct,
	}
}

// setDiscounts reads {"bundled_discount": "-1.5"}; numbers may be without quotes.
func setDiscounts(r *row, b []byte) error {
	var raw map[string]json.Number // takes numbers in quotes too
	if err := json.Unmarshal(b, &raw); err != nil {
		return errMap
	}
	for key, text := range raw {
		if text == "" {
			continue
		}
		d, err := number([]byte(text))
		if err != nil {
			return err
		}
		r.discount(key, d)
	}
	return nil
}

// setProduct takes of the product's attributes what has no column of its own in CUR 2.0.
func setProduct(r *row, b []byte) error {
	o, err := r.object(b)
	if err != nil {
		return err
	}
	d := &r.line.Detail
	for _, part := range []struct {
		key string
		to  *string
	}{{"product_name", &d.Name}, {"operating_system", &d.Platform}, {"database_engine", &d.Platform}, {"tenancy", &d.Tenancy}} {
		if o[part.key] != "" {
			*part.to = o[part.key]
		}
	}
	if d.Region == "" {
		d.Region = o["region"]
	}
	return nil
}
