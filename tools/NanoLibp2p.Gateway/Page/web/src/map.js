// Where gateways say they are: the outlines of land as they come with the page, and a point for each. Loaded when there is one to show.
import { geoEqualEarth, geoPath } from 'd3-geo'
import { feature } from 'topojson-client'
import land from 'world-atlas/land-110m.json'
import { set, svg, text } from './dom.js'

const margin = 40

// degrees around the points, so that a town is not all that is seen
const around = 12

const outlines = feature(land, land.objects.land)

/** The corners of what is shown: the points with some of the world around them. */
function corners(places) {
  const [lons, lats] = [places.map(one => one.lon), places.map(one => one.lat)]
  const [west, east] = [Math.min(...lons) - around, Math.max(...lons) + around]
  const [south, north] = [Math.max(-85, Math.min(...lats) - around), Math.min(85, Math.max(...lats) + around)]
  return { west, east, south, north, isWorld: east - west > 180 }
}

export class WorldMap {
  constructor(place) {
    this.land = svg('path', { class: 'land' })
    this.links = svg('g')
    this.points = svg('g')
    this.picture = svg('svg', { role: 'img' }, this.land, this.links, this.points)
    this.place = place
    place.replaceChildren(this.picture)
    new ResizeObserver(() => this.shown && this.show(...this.shown)).observe(place)
  }

  /** places: { id, name, lat, lon, isSelf }; links: { from, to, loss }; both ends are ids of places. */
  show(places, links) {
    // as many units as pixels, so that names can be read on a phone
    const width = Math.max(280, this.place.clientWidth)
    const height = Math.round(Math.max(180, Math.min(420, width / 2)))
    const seen = JSON.stringify([places, links, width])
    this.shown = [places, links]
    if (seen === this.seen) {
      return
    }

    this.seen = seen
    set(this.picture, { viewBox: `0 0 ${width} ${height}` })
    const { west, east, south, north, isWorld } = corners(places)
    const projection = geoEqualEarth().rotate([isWorld ? 0 : -(west + east) / 2, 0])
    const box = isWorld ? { type: 'Sphere' } : {
      type: 'MultiPoint', coordinates: [[west, south], [west, north], [east, south], [east, north], [(west + east) / 2, north]]
    }
    projection.fitExtent([[margin, margin], [width - margin, height - margin]], box).clipExtent([[0, 0], [width, height]])
    const path = geoPath(projection)
    set(this.land, { d: path(outlines) })
    const at = new Map(places.map(one => [one.id, one]))
    this.links.replaceChildren(...links.map(link => svg('path', {
      class: `link${link.loss > 0.2 ? ' bad' : link.loss > 0 ? ' poor' : ''}`,
      d: path({ type: 'LineString', coordinates: [link.from, link.to].map(id => [at.get(id).lon, at.get(id).lat]) })
    })))
    this.points.replaceChildren(...places.map(one => {
      const [x, y] = projection([one.lon, one.lat])
      const label = svg('text', { y: -14, 'text-anchor': 'middle' })
      text(label, one.name)
      return svg('g', { class: `place${one.isSelf ? ' self' : ''}`, transform: `translate(${x.toFixed(1)} ${y.toFixed(1)})` },
        svg('path', { class: 'gateway', d: 'M0-9L9 0 0 9-9 0z' }), label)
    }))
    set(this.picture, { 'aria-label': `Map of ${places.map(one => one.name).join(', ')}; the table says the same` })
  }
}
