// The page: what the gateway tells, shown as pictures with a table beside each.
import './page.css'
import { byId, el, set, Table, text } from './dom.js'
import { ask, change, listen, logIn, logOut, mayChange } from './feed.js'
import { ago, bytes, clock, ms, number, several, shortId } from './format.js'
import { describe, Graph, lossOf } from './graph.js'
import { showOthers } from './others.js'
import { Plots, Series } from './plots.js'

const eventsKept = 100

const state = { since: undefined, mesh: undefined, mayChange: false, chosen: undefined, stop: undefined }
const series = new Series()
const plots = new Plots(byId('plots'))
const graph = new Graph(byId('graph'), choose)

const id = peer => peer ? el('code', { title: peer }, shortId(peer)) : 'somebody'

const peerTable = new Table(byId('peers'), 'Peers of the mesh', [
  { title: 'Peer', of: peer => el('button', { type: 'button', class: 'as-link', 'data-peer': peer.id }, el('code', {}, shortId(peer.id))) },
  { title: 'What', of: peer => peer.kind + (peer.admitted ? `, admitted as ${peer.admitted}` : '') },
  { title: 'State', of: peer => el('span', { class: `state ${peer.state}` }, stateOf(peer)) },
  { title: 'Round trip', number: true, of: peer => ms(peer.roundTripMs) },
  { title: 'Lost', number: true, of: peer => peer.pings ? `${Math.round(100 * lossOf(peer))} %` : '' },
  { title: 'Link', of: peer => peer.via ? `through ${shortId(peer.via)}` : peer.transport ? `${peer.transport}, ${peer.way}` : '' },
  { title: 'Program', of: peer => peer.agent }
], peer => peer.id, 'No peer is connected.')

const seriesTable = new Table(byId('series'), 'The newest value of each series', [
  { title: 'Field', of: one => one.field },
  { title: 'Topic', of: one => one.topic },
  { title: 'Peer', of: one => el('span', {}, plots.swatch(one), id(one.peer)) },
  { title: 'Newest', number: true, of: one => number(one.values.at(-1)) },
  { title: 'Least', number: true, of: one => number(one.values.reduce((a, b) => Math.min(a, b))) },
  { title: 'Most', number: true, of: one => number(one.values.reduce((a, b) => Math.max(a, b))) },
  { title: 'Readings', number: true, of: one => one.heard },
  { title: 'At', of: one => clock(one.times.at(-1)) }
], one => JSON.stringify([one.topic, one.peer, one.field]), 'No reading has come yet.')

const boxTable = new Table(byId('boxes'), 'The fullest mailboxes', [
  { title: 'Of', of: box => id(box.peer) },
  { title: 'State', of: box => box.isAsleep ? 'asleep' : 'awake' },
  { title: 'Messages', number: true, of: box => box.messages },
  { title: 'Depth', of: box => el('meter', {
    min: 0, max: box.maxBytes || Math.max(1, box.bytes), value: box.bytes, 'aria-label': `${bytes(box.bytes)} in it`
  }) },
  { title: 'Bytes', number: true, of: box => bytes(box.bytes) + (box.maxBytes ? ` of ${bytes(box.maxBytes)}` : '') },
  { title: 'Last visit', of: box => ago(box.lastVisit) },
  { title: 'Change', of: box => action('Drop', `close ${box.peer}`) }
], box => box.peer, 'There is no mailbox.')

const circuitTable = new Table(byId('circuits'), 'Circuits', [
  { title: 'From', of: one => id(one.from) },
  { title: 'To', of: one => id(one.to) },
  { title: 'Opened', of: one => clock(one.since) },
  { title: 'Carried', number: true, of: one => bytes(one.bytes) },
  { title: 'Limits', of: one => one.isLimited ? 'time and bytes' : 'byte rate' }
], one => `${one.from} ${one.to} ${one.since}`, 'No circuit is open.')

const reservationTable = new Table(byId('reservations'), 'Reservations', [
  { title: 'Peer', of: one => id(one.peer) },
  { title: 'Until', of: one => clock(one.expires) },
  { title: 'Class', of: one => one.isSensor ? 'sensor' : 'ordinary' }
], one => one.peer, 'Nobody has reserved a place.')

const refusalTable = new Table(byId('refusals'), 'Who was refused lately, and why', [
  { title: 'Peer', of: one => one.peer ? id(one.peer) : 'unknown' },
  { title: 'Time', of: one => clock(one.time) },
  { title: 'From', of: one => one.address ?? '' },
  { title: 'What', of: one => spaced(one.what) },
  { title: 'Why', of: one => one.why + (one.leftOut ? ` (${one.leftOut} more like it)` : '') }
], one => JSON.stringify([one.time, one.peer, one.address, one.why]), 'Nobody was refused.')

const blockedTable = new Table(byId('blocked'), 'Block list', [
  { title: 'Peer', of: peer => el('code', {}, peer) },
  { title: 'Change', of: peer => action('Unblock', `unblock ${peer}`) }
], peer => peer, 'Nobody is blocked.')

const topicTable = new Table(byId('topics'), 'Topics', [
  { title: 'Topic', of: topic => topic.name },
  { title: 'This gateway', of: topic => topic.isJoined ? 'joined' : '' },
  { title: 'Subscribers', number: true, of: topic => topic.subscribers },
  { title: 'In the mesh', number: true, of: topic => topic.mesh }
], topic => topic.name, 'No topic is known.')

// told to whoever presses a button that has it; what each does, in words that are asked before
const actions = {
  block: peer => ['Block this peer?', `${peer} is disconnected, and not let in again until it is unblocked.`, `/api/peers/${peer}/block`],
  unblock: peer => ['Unblock this peer?', `${peer} may connect again.`, `/api/peers/${peer}/unblock`],
  close: peer => ['Drop this mailbox?',
    `The mailbox of ${peer} is dropped with all the mail that waits in it, of which senders may have receipts.`,
    `/api/mailboxes/${peer}/close`]
}

function action(title, what) {
  const told = { 'data-do': what, disabled: !state.mayChange, title: state.mayChange ? null : 'log in first' }
  return el('button', { type: 'button', ...told }, title)
}

const spaced = words => words.replace(/(?<=[a-z])[A-Z]/g, letter => ` ${letter.toLowerCase()}`)

function stateOf(peer) {
  return peer.asleep ? 'asleep' : peer.state === 'away' ? `away, there ${ago(peer.since) || 'never'}`
    : peer.state === 'heard' ? 'heard' : `connected ${ago(peer.since)}`
}

function linksOf(mesh) {
  const links = mesh.peers.filter(peer => peer.state === 'connected').map(peer => ({
    from: mesh.self, to: peer.id, kind: peer.transport === 'circuit' ? 'circuit' : 'direct', loss: lossOf(peer), label: ms(peer.roundTripMs)
  }))
  links.push(...mesh.peers.filter(peer => peer.state === 'heard').map(peer => (
    { from: peer.via === mesh.self ? mesh.self : peer.via, to: peer.id, kind: 'heard', loss: 0, label: '' })))
  links.push(...(mesh.circuits ?? []).map(one => ({ from: one.from, to: one.to, kind: 'circuit', loss: 0, label: '' })))
  return links
}

function showMesh() {
  const mesh = state.mesh
  const asleep = new Set(mesh.mailboxes?.fullest.filter(box => box.isAsleep).map(box => box.peer))
  const blocked = new Set(mesh.blocked)
  const peers = mesh.peers.map(peer => ({
    ...peer, asleep: peer.state !== 'connected' && asleep.has(peer.id), blocked: blocked.has(peer.id)
  }))
  const connected = peers.filter(peer => peer.state === 'connected')
  const count = kind => connected.filter(peer => peer.kind === kind).length
  text(byId('self'), mesh.self)
  text(byId('state'), mesh.state)
  set(byId('state'), { class: `badge ${mesh.state}` })
  text(byId('mesh-summary'), `${connected.length + mesh.morePeers} connected: ${several(count('device'), 'device')}, `
    + `${several(count('gateway'), 'gateway')}, ${several(count('peer'), 'outside peer')}`
    + `${mesh.morePeers ? `, and ${mesh.morePeers} that are not shown` : ''}; `
    + `${several(peers.length - connected.length, 'other is', 'others are')} known.`)
  graph.show([{ id: mesh.self, kind: 'gateway', state: 'self' }, ...peers], linksOf(mesh))
  peerTable.show(peers)
  state.peers = peers
  showChosen()

  byId('mailboxes').hidden = byId('mailboxes-link').hidden = !mesh.mailboxes
  if (mesh.mailboxes) {
    const { count: boxes, messages, bytes: size } = mesh.mailboxes
    text(byId('mailboxes-summary'), `${several(boxes, 'mailbox', 'mailboxes')}; ${several(messages, 'message')} of ${bytes(size)} in all.`)
    boxTable.show(mesh.mailboxes.fullest)
  }

  text(byId('relay-summary'), mesh.reservations == null ? 'This gateway does not relay.' : mesh.services.relay ?? '')
  circuitTable.show(mesh.circuits ?? [])
  reservationTable.show(mesh.reservations ?? [])
  text(byId('refused-summary'), mesh.refusals.length ? `The last ${mesh.refusals.length}, the newest first.` : '')
  refusalTable.show(mesh.refusals)
  blockedTable.show(mesh.blocked)
  topicTable.show(mesh.topics)
  showOthers(mesh)
  showFacts(mesh)
}

function showFacts(mesh) {
  const problems = Object.entries(mesh.conditions)
  const list = byId('conditions')
  list.hidden = problems.length === 0
  list.replaceChildren(...problems.map(([name, why]) => el('li', {}, el('strong', {}, name), `: ${why}`)))
  const facts = [['Version', mesh.version], ['Started', new Date(mesh.started).toLocaleString('en-GB')],
    ...mesh.addresses.map(address => ['Address', address]), ...Object.entries(mesh.services)]
  byId('facts').replaceChildren(...facts.flatMap(([name, value]) => [el('dt', {}, name), el('dd', {}, value)]))
}

function showReadings() {
  const all = [...series.all.values()]
  const drawn = plots.show(all)
  seriesTable.show(all)
  const topics = state.mesh?.plottedTopics ?? []
  text(byId('readings-summary'), topics.length === 0
    ? 'No topic is plotted. Choose some with the setting page.topics: gateway run --set page.topics=greenhouse/climate'
    : `Of ${topics.join(', ')}: ${all.length} series${drawn.left > 0 ? `, of which ${drawn.plots} plots are shown` : ''}.`)
}

function choose(peer) {
  state.chosen = state.chosen === peer ? undefined : peer
  graph.choose(state.chosen)
  showChosen()
}

function showChosen() {
  const panel = byId('peer')
  const peer = state.peers?.find(one => one.id === state.chosen)
  panel.hidden = !peer
  if (!peer) {
    return
  }

  const facts = [['Peer id', peer.id], ['What', describe(peer)], ['Program', peer.agent], ['Address', peer.address],
    ['Connections', peer.connections || ''], ['Admitted as', peer.admitted ?? 'not admitted']]
  const made = el('div', {}, el('h3', {}, shortId(peer.id)),
    el('dl', {}, ...facts.filter(one => one[1]).flatMap(([name, value]) => [el('dt', {}, name), el('dd', {}, value)])),
    peer.blocked ? action('Unblock', `unblock ${peer.id}`) : action('Block', `block ${peer.id}`))
  if (!panel.firstChild?.isEqualNode(made)) {
    const had = panel.contains(document.activeElement)
    panel.replaceChildren(made)
    if (had) {
      panel.querySelector('button').focus()
    }
  }
}

function show() {
  if (state.mesh) {
    showMesh()
  }

  showReadings()
}

// --- the feed ---

function connect() {
  state.stop?.()
  state.stop = listen({
    event(name, data) {
      if (name === 'mesh') {
        state.mesh = data
        later()
      } else if (name === 'readings') {
        series.add(data)
        if (state.since?.length < eventsKept) {
          state.since.push(data)
        }

        later()
      }
    },
    state(now, why) {
      text(byId('live'), now === 'live' ? 'live' : now === 'refused' ? why : `no connection: ${why}`)
      set(byId('live'), { class: `badge ${now}` })
      if (now === 'live') {
        // what comes while the former ones are on their way is not among them
        const since = state.since = []
        ask('/api/readings').then(all => {
          series.replace(all.series)
          since.forEach(one => series.add(one))
          state.since = undefined
          later()
        }, () => { /* the feed tells of the same trouble */ })
      }
    }
  })
}

let isDue = false

// at most once a frame, and not at all while nobody sees it
function later() {
  if (!isDue) {
    isDue = true
    requestAnimationFrame(() => {
      isDue = false
      show()
    })
  }
}

// "5 min ago" grows older without an event
setInterval(later, 15_000)

// --- logging in, and changes ---

async function refreshSession() {
  const may = await mayChange().catch(() => state.mayChange)
  state.mayChange = may === true
  text(byId('login'), state.mayChange ? 'Log out' : 'Log in')
  if (may === undefined) {
    byId('login-dialog').showModal()
  }

  later()
}

byId('login').addEventListener('click', () => {
  if (state.mayChange) {
    logOut().then(() => location.reload())
  } else {
    text(byId('login-error'), '')
    byId('token').value = ''
    byId('login-dialog').showModal()
  }
})

byId('login-cancel').addEventListener('click', () => byId('login-dialog').close())
byId('login-dialog').querySelector('form').addEventListener('submit', event => {
  event.preventDefault()
  logIn(byId('token').value).then(() => {
    byId('login-dialog').close()
    connect()
    return refreshSession()
  }, error => text(byId('login-error'), error.message))
})

let confirmed

document.addEventListener('click', event => {
  const button = event.target.closest('button')
  if (button?.dataset.peer) {
    choose(button.dataset.peer)
    byId('peer').scrollIntoView({ block: 'nearest' })
  } else if (button?.dataset.do) {
    const [name, peer] = button.dataset.do.split(' ')
    const [title, what, path] = actions[name](peer)
    confirmed = path
    text(byId('confirm-title'), title)
    text(byId('confirm-text'), what)
    text(byId('confirm-error'), '')
    byId('confirm-dialog').showModal()
  }
})

byId('confirm-no').addEventListener('click', () => byId('confirm-dialog').close())
byId('confirm-dialog').querySelector('form').addEventListener('submit', event => {
  event.preventDefault()
  change(confirmed).then(() => byId('confirm-dialog').close(), error => text(byId('confirm-error'), error.message))
})

// from nanolibp2p gateway login; out of the address and the history before anything else
async function logInFromAddress() {
  const given = /^#token=(.+)$/.exec(location.hash)?.[1]
  if (given) {
    history.replaceState(null, '', location.pathname)
    await logIn(given).catch(error => {
      text(byId('login-error'), error.message)
      byId('login-dialog').showModal()
    })
  }
}

async function begin() {
  await logInFromAddress()
  connect()
  await refreshSession()
}

// an address that is opened where the page is open already
window.addEventListener('hashchange', () => {
  if (location.hash.startsWith('#token=')) {
    void begin()
  }
})
void begin()
