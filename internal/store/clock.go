package store

import "sync"

// clock keeps the partitions of one prefix within a budget. It forgets those not used since its hand last passed them.
type clock struct {
	mu    sync.Mutex
	limit int64
	total int64
	ring  []*partition
	hand  int
}

// weigh counts the partition with its new weight and gives the partitions that have to go for it, never p itself.
func (c *clock) weigh(p *partition, weight int64) []*partition {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.total += weight - p.weight
	p.weight = weight
	if !p.placed {
		p.placed = true
		c.ring = append(c.ring, p)
	}
	var victims []*partition
	// Two rounds reach everything: the first takes the marks of use away.
	for steps := 2 * len(c.ring); c.total > c.limit && steps > 0 && len(c.ring) > 1; steps-- {
		c.hand %= len(c.ring)
		next := c.ring[c.hand]
		if next == p || next.used.Swap(false) {
			c.hand++
			continue
		}
		c.removeAt(c.hand)
		victims = append(victims, next)
	}
	return victims
}

// forget takes the partition out of the count.
func (c *clock) forget(p *partition) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i, q := range c.ring {
		if q == p {
			c.removeAt(i)
			return
		}
	}
}

func (c *clock) removeAt(i int) {
	p := c.ring[i]
	c.total -= p.weight
	p.weight, p.placed = 0, false
	last := len(c.ring) - 1
	c.ring[i] = c.ring[last]
	c.ring[last] = nil
	c.ring = c.ring[:last]
}
