// Live readings as plots: one for each topic and field, a line for each author. uPlot draws; the table beside says the same.
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { el, svg, text } from './dom.js'
import { clock, number, shortId } from './format.js'

/** Points of a series that are kept, as in the gateway. */
export const maxPoints = 300

// series, as in the gateway
const maxSeries = 256

const maxPlots = 24
const maxLines = 12
const height = 180
const dashes = [[], [8, 4], [2, 3], [10, 3, 2, 3]]

export const keyOf = series => JSON.stringify([series.topic, series.peer, series.field])

/** The series of the gateway, by their keys: { topic, peer, field, heard, times, values }. */
export class Series {
  constructor() {
    this.all = new Map()
  }

  replace(list) {
    this.all = new Map(list.map(one => [keyOf(one), one]))
  }

  // the gateway forgets series, too, and says nothing of it
  makeRoom() {
    if (this.all.size >= maxSeries) {
      let oldest
      for (const [key, one] of this.all) {
        if (oldest === undefined || one.times.at(-1) < this.all.get(oldest).times.at(-1)) {
          oldest = key
        }
      }

      this.all.delete(oldest)
    }
  }

  add(list) {
    for (const one of list) {
      const known = this.all.get(keyOf(one))
      if (!known) {
        this.makeRoom()
        this.all.set(keyOf(one), one)
        continue
      }

      known.heard = one.heard
      const last = known.times.at(-1)
      one.times.forEach((time, i) => {
        if (time > last) {
          known.times.push(time)
          known.values.push(one.values[i])
        }
      })
      known.times.splice(0, known.times.length - maxPoints)
      known.values.splice(0, known.values.length - maxPoints)
    }
  }
}

export class Plots {
  constructor(place) {
    this.place = place
    this.plots = new Map()
    this.places = new Map()
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.again())
    new ResizeObserver(() => this.resize()).observe(place)
  }

  show(series) {
    const groups = new Map()
    for (const one of series) {
      const key = JSON.stringify([one.topic, one.field])
      groups.set(key, [...groups.get(key) ?? [], one])
    }

    this.series = series
    this.places = new Map([...groups.values()].flatMap(lines => lines.slice(0, maxLines).map((one, i) => [keyOf(one), i])))
    const wanted = [...groups.entries()].slice(0, maxPlots)
    for (const [key, plot] of this.plots) {
      if (!groups.has(key)) {
        plot.chart.destroy()
        plot.figure.remove()
        this.plots.delete(key)
      }
    }

    for (const [key, lines] of wanted) {
      this.draw(key, lines.slice(0, maxLines), lines.length)
    }

    return { plots: wanted.length, left: groups.size - wanted.length }
  }

  /** How the line of a series looks in its plot; nothing for one that is not drawn. */
  swatch(one) {
    const at = this.places.get(keyOf(one))
    return at === undefined ? '' : svg('svg', { class: `swatch plot-${at % 6}`, viewBox: '0 0 24 8', 'aria-hidden': 'true' },
      svg('path', { d: 'M0 4h24', 'stroke-dasharray': dashes[Math.floor(at / 6) % dashes.length].join(' ') || null }))
  }

  draw(key, lines, all) {
    const authors = lines.map(one => one.peer).join()
    let plot = this.plots.get(key)
    if (plot && plot.authors !== authors) {
      plot.chart.destroy()
      plot.chart = undefined
    }

    if (!plot) {
      const [topic, field] = JSON.parse(key)
      plot = { title: el('span'), canvas: el('div', { class: 'canvas', role: 'img' }) }
      plot.figure = el('figure', {},
        el('figcaption', {}, el('strong', {}, field), ' ', el('span', { class: 'topic' }, topic), ' ', plot.title), plot.canvas)
      plot.name = `${field} on ${topic}`
      this.place.append(plot.figure)
      this.plots.set(key, plot)
    }

    const data = join(lines)
    if (plot.chart) {
      plot.chart.setData(data)
    } else {
      plot.authors = authors
      plot.chart = new uPlot(this.options(lines), data, plot.canvas)
    }

    const last = lines.map(one => number(one.values.at(-1)))
    text(plot.title, lines.length === 1 ? last[0] : all > lines.length ? `${lines.length} of ${all} peers` : `${all} peers`)
    const told = `${plot.name}: ${lines.map((one, i) => `${shortId(one.peer)} ${last[i]}`).slice(0, 4).join(', ')}; all in the table below`
    if (plot.canvas.getAttribute('aria-label') !== told) {
      plot.canvas.setAttribute('aria-label', told)
    }
  }

  options(lines) {
    const style = getComputedStyle(document.documentElement)
    const color = name => style.getPropertyValue(name).trim()
    const axis = { stroke: color('--quiet'), grid: { stroke: color('--line'), width: 1 }, ticks: { stroke: color('--line'), width: 1 } }
    return {
      width: this.width(), height, legend: { show: false }, cursor: { show: false }, ms: 1,
      axes: [{ ...axis, space: 76, values: (_, all) => all.map(clock) }, { ...axis, size: 60, values: (_, all) => all.map(number) }],
      scales: { y: { range: (_, low, high) => [finite(low - margin(low, high)), finite(high + margin(low, high))] } },
      series: [{}, ...lines.map((one, i) => ({
        label: shortId(one.peer), stroke: color(`--plot-${i % 6}`), width: 2, spanGaps: true,
        dash: dashes[Math.floor(i / 6) % dashes.length],
        points: { show: one.times.length < 60, size: 5 }
      }))]
    }
  }

  width() {
    return Math.max(200, Math.min(560, this.place.clientWidth))
  }

  resize() {
    for (const { chart } of this.plots.values()) {
      chart?.setSize({ width: this.width(), height })
    }
  }

  // the colours are drawn, and not the style sheet's
  again() {
    for (const plot of this.plots.values()) {
      plot.authors = undefined
    }

    this.show(this.series ?? [])
  }
}

// at least what two numbers of their size differ by: uPlot looks for ever for steps between numbers that are one
const margin = (low, high) => low === high
  ? Math.max(1, Math.abs(low) * 0.05)
  : Math.max((high - low) * 0.1, Math.max(Math.abs(low), Math.abs(high)) * 1e-9)

const finite = value => Math.max(-Number.MAX_VALUE, Math.min(Number.MAX_VALUE, value))

// uPlot has one axis of times for all lines
function join(lines) {
  if (lines.length === 1) {
    return [lines[0].times, lines[0].values]
  }

  return uPlot.join(lines.map(one => [one.times, one.values]))
}
