// What other gateways publish of themselves: a table, and a map of those that say where they are.
import { byId, el, Table, text } from './dom.js'
import { ago, ms, several, shortId } from './format.js'
import { lossOf } from './graph.js'

let map
let loading

const sum = (links, field) => links.reduce((all, one) => all + one[field], 0)
const percent = loss => `${Math.round(100 * loss)} %`
const measured = links => ({ pings: sum(links, 'pings'), lostPings: sum(links, 'lost') })
const nameOf = one => one.report.label || shortId(one.id)

function roundTrip({ links }) {
  const slowest = Math.max(...links.map(one => one.slowestMs ?? -1))
  return links.filter(one => one.roundTripMs != null).map(one => `${one.transport} ${ms(one.roundTripMs)}`).join(', ')
    + (slowest >= 0 ? `, at most ${ms(slowest)}` : '')
}

const degrees = (value, positive, negative) => `${Math.abs(value).toFixed(1)}° ${value < 0 ? negative : positive}`

const table = new Table(byId('gateways'), 'Other gateways, as they say', [
  { title: 'Gateway', of: one => el('span', { title: one.id }, `${one.report.label ? `${one.report.label} ` : ''}`,
    el('code', {}, shortId(one.id)), one.isAdmitted ? ' (admitted)' : '') },
  { title: 'Where', of: ({ report }) => report.latitude == null ? ''
    : `${degrees(report.latitude, 'N', 'S')}, ${degrees(report.longitude, 'E', 'W')}` },
  { title: 'Links', of: ({ report }) => report.links.map(one => `${one.peers} by ${one.transport}`).join(', ') },
  { title: 'Round trip', of: ({ report }) => roundTrip(report) },
  { title: 'Lost', number: true, of: ({ report }) => sum(report.links, 'pings') ? percent(lossOf(measured(report.links))) : '' },
  { title: 'Their programs', of: ({ report }) => report.programs.map(one => `${one.peers} × ${one.name} ${one.version}`.trim()).join(', ') },
  { title: 'Its gateways', of: ({ report }) => report.gateways
    .map(one => `${shortId(one.peer)} by ${one.transport}${one.roundTripMs == null ? '' : ` in ${ms(one.roundTripMs)}`}`).join(', ') },
  { title: 'Program', of: ({ report }) => `${report.program} ${report.version}` },
  { title: 'Heard', of: one => ago(one.heard) }
], one => one.id, 'No other gateway publishes anything here.')

/** Shows telemetry, or that there is none. */
export function showOthers(mesh) {
  const told = mesh.telemetry
  byId('others').hidden = byId('others-link').hidden = !told?.shows
  text(byId('leaves'), told?.publishes
    ? `Nothing on this page comes from elsewhere. This gateway publishes what it measures of its links on ${told.topic} (telemetry.publish).`
    : 'Nothing on this page comes from elsewhere, and nothing leaves this machine.')
  if (!told?.shows) {
    return
  }

  text(byId('others-summary'), `${several(told.gateways.length, 'other gateway')} on ${told.topic}. Each has signed what it says; `
    + `nobody has checked it.${told.passedOver ? ` ${several(told.passedOver, 'message')} passed over.` : ''}`)
  table.show(told.gateways)
  showMap(mesh)
}

function showMap({ self, telemetry }) {
  const places = telemetry.gateways.filter(one => one.report.latitude != null)
    .map(one => ({ id: one.id, name: nameOf(one), lat: one.report.latitude, lon: one.report.longitude, isSelf: false }))
  byId('map').hidden = places.length === 0
  if (places.length === 0) {
    return
  }

  if (telemetry.latitude != null) {
    places.push({ id: self, name: telemetry.label || 'this gateway', lat: telemetry.latitude, lon: telemetry.longitude, isSelf: true })
  }

  const known = new Set(places.map(one => one.id))
  const links = telemetry.gateways.flatMap(one => one.report.gateways.map(
    link => ({ from: one.id, to: link.peer, loss: lossOf({ pings: link.pings, lostPings: link.lost }) })))
    .filter(link => known.has(link.from) && known.has(link.to))
  if (map) {
    map.show(places, links)
    return
  }

  // most gateways have no use for it
  loading ??= import('./map.js').then(({ WorldMap }) => {
    map = new WorldMap(byId('map'))
    map.show(places, links)
  })
}
