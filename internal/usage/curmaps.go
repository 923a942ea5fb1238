package usage

import (
	"encoding/binary"
	"encoding/json"

	"umbel/internal/decimal"
	"umbel/internal/lineblock"
)

// gathered are the tags, or the cost categories, of a report that has a column for each. Rows with the same ones share a map.
type gathered struct {
	parts []part
	dicts []*lineblock.Dict[string]    // of the parts, when made was begun
	made  map[string]map[string]string // by the codes of the parts
	maps  lineblock.Maps
	key   []byte
}

// part is one of the columns, in the order of the file: later ones win.
type part struct {
	name   string
	target int // where its texts are
}

// gather puts the maps of a block into a column: of rows that have any part, instead of what stands there.
func (g *gathered) gather(b *columns, to *lineblock.Coded[map[string]string]) {
	if !g.begin(b) {
		return
	}
	dict := g.maps.Dict()
	codes := b.room.ofCodes(b.rows)
	for row := range b.rows {
		some, key := false, g.key[:0]
		for _, p := range g.parts {
			code := uint32(0)
			if t := b.text(p.target); !t.Blank() {
				code = t.Codes[row]
			}
			some = some || code != 0
			key = binary.LittleEndian.AppendUint32(key, code)
		}
		g.key = key
		switch {
		case !some:
			codes[row] = g.maps.Code(to.At(row))
		default:
			codes[row] = g.maps.Code(g.row(b, row))
		}
	}
	*to = lineblock.Coded[map[string]string]{Dict: dict, Codes: codes}
}

// begin tells whether a block has any part, and forgets maps whose parts have other codes now.
func (g *gathered) begin(b *columns) (some bool) {
	if g.dicts == nil {
		g.dicts = make([]*lineblock.Dict[string], len(g.parts))
	}
	renewed := g.made == nil || len(g.made) > mostMaps
	for i, p := range g.parts {
		if t := b.text(p.target); !t.Blank() {
			some = true
			renewed = renewed || g.dicts[i] != t.Dict
			g.dicts[i] = t.Dict
		}
	}
	if renewed {
		g.made = map[string]map[string]string{}
	}
	return some
}

// row gives the map of a row whose codes are in key.
func (g *gathered) row(b *columns, row int) map[string]string {
	if o, ok := g.made[string(g.key)]; ok {
		return o
	}
	o := map[string]string{}
	for _, p := range g.parts {
		if value := b.text(p.target).At(row); value != "" {
			o[p.name] = value
		}
	}
	g.made[string(g.key)] = o
	return o
}

// discountsOf reads {"bundled_discount": "-1.5"}; numbers may be without quotes.
func discountsOf(b []byte) (out map[string]decimal.D, err error) {
	var raw map[string]json.Number // takes numbers in quotes too
	if err := json.Unmarshal(b, &raw); err != nil {
		return nil, errMap
	}
	for key, text := range raw {
		if text == "" {
			continue
		}
		d, err := number([]byte(text))
		if err != nil {
			return nil, err
		}
		if out == nil {
			out = map[string]decimal.D{}
		}
		out[key] = d
	}
	return out, nil
}
