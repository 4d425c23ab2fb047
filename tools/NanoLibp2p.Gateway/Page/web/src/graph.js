// The mesh as a picture: SVG, laid out by d3-force. One tab stop; arrow keys go from peer to peer, Enter chooses one.
import { forceCollide, forceLink, forceManyBody, forceSimulation, forceX, forceY } from 'd3-force'
import { ms, several, shortId } from './format.js'
import { set, svg, text } from './dom.js'

const width = 800
const labelsUpTo = 40
const shapes = { gateway: 'M0-13L13 0 0 13-13 0z', peer: 'M-9-9H9V9H-9z', device: 'M0-10a10 10 0 1 0 .01 0z' }

export const lossOf = peer => peer.pings ? peer.lostPings / peer.pings : 0

/** A sentence about a peer, for those who hear the picture. */
export function describe(peer) {
  const link = peer.state !== 'connected' ? (peer.state === 'heard' ? 'heard through another peer' : 'away')
    : `connected by ${peer.transport}${peer.roundTripMs == null ? '' : `, round trip ${ms(peer.roundTripMs)}`}`
      + (peer.lostPings ? `, ${peer.lostPings} of ${peer.pings} pings lost` : '')
  return `${peer.kind} ${shortId(peer.id)}: ${peer.asleep ? 'asleep, ' : ''}${link}`
}

export class Graph {
  constructor(place, chosen) {
    this.chosen = chosen
    this.nodes = new Map()
    this.links = new Map()
    this.linkLayer = svg('g', { 'aria-hidden': 'true' })
    this.nodeLayer = svg('g')
    this.picture = svg('svg', { role: 'group', 'aria-label': 'Picture of the mesh', preserveAspectRatio: 'xMidYMid meet' },
      this.linkLayer, this.nodeLayer)
    place.replaceChildren(this.picture)
    this.still = matchMedia('(prefers-reduced-motion: reduce)')
    this.simulation = forceSimulation([])
      .force('charge', forceManyBody().strength(-260).distanceMax(400))
      .force('collide', forceCollide(24))
      .force('x', forceX(0).strength(0.05))
      .force('y', forceY(0).strength(0.09))
      .on('tick', () => this.place())
      .stop()
    this.picture.addEventListener('keydown', event => this.key(event))
  }

  /** peers: those of the mesh, with the gateway itself first; links: { from, to, kind, label, loss }. */
  show(peers, links) {
    const had = [this.nodes.size, this.links.size]
    let isOther = this.keep(this.nodes, peers, one => one.id, peer => this.makeNode(peer), (node, peer) => this.paintNode(node, peer))
    isOther = this.keep(this.links, links.filter(one => this.nodes.has(one.from) && this.nodes.has(one.to)),
      one => `${one.kind} ${one.from} ${one.to}`, link => this.makeLink(link), (own, link) => this.paintLink(own, link)) || isOther
    set(this.picture, { 'aria-label': `Picture of the mesh: ${several(peers.length, 'peer')}, ${several(links.length, 'link')}` })
    this.picture.classList.toggle('bare', peers.length > labelsUpTo)
    if (isOther) {
      const nodes = [...this.nodes.values()]
      this.simulation.nodes(nodes)
      this.simulation.force('link', forceLink([...this.links.values()]).id(one => one.id)
        .distance(one => one.kind === 'heard' ? 60 : 110).strength(0.5))
      if (this.still.matches || had[0] === 0) {
        // laid out before it is shown
        this.simulation.alpha(1).stop().tick(200)
        this.place()
        if (!this.still.matches) {
          this.simulation.alpha(0.1).restart()
        }
      } else {
        this.simulation.alpha(0.4).restart()
      }
    }

    this.rove()
  }

  /** Marks a peer as the chosen one. */
  choose(id) {
    this.chosenId = id
    for (const node of this.nodes.values()) {
      set(node.shape, { 'aria-pressed': node.id === id ? 'true' : 'false' })
    }
  }

  keep(all, wanted, key, make, paint) {
    let isOther = false
    const gone = new Set(all.keys())
    for (const one of wanted) {
      const id = key(one)
      gone.delete(id)
      if (!all.has(id)) {
        all.set(id, make(one))
        isOther = true
      }

      paint(all.get(id), one)
    }

    for (const id of gone) {
      all.get(id).shape.remove()
      all.get(id).label?.remove()
      all.delete(id)
      isOther = true
    }

    return isOther
  }

  makeNode(peer) {
    const label = svg('text', { y: 26, 'text-anchor': 'middle', 'aria-hidden': 'true' })
    const mark = svg('path')
    const shape = svg('g', { role: 'button', tabindex: -1, 'aria-pressed': 'false' }, svg('circle', { class: 'ring', r: 17 }), mark, label)
    shape.addEventListener('click', () => this.chosen(peer.id))
    shape.addEventListener('focus', () => { this.focused = peer.id; this.rove() })
    this.nodeLayer.append(shape)
    return { id: peer.id, shape, mark, text: label }
  }

  paintNode(node, peer) {
    node.isSelf = peer.state === 'self'
    set(node.shape, {
      class: `node ${peer.kind} ${peer.state}${peer.asleep ? ' asleep' : ''}${peer.blocked ? ' blocked' : ''}`,
      'aria-label': node.isSelf ? `this gateway, ${shortId(peer.id)}` : describe(peer)
    })
    set(node.mark, { d: shapes[peer.kind] ?? shapes.peer, class: peer.kind })
    text(node.text, node.isSelf ? 'this gateway' : `${shortId(peer.id)}${peer.asleep ? ' z' : ''}`)
    if (node.isSelf) {
      node.fx = 0
      node.fy = 0
    }
  }

  makeLink(link) {
    const shape = svg('path')
    const label = svg('text', { 'text-anchor': 'middle', class: 'link-label' })
    this.linkLayer.append(shape, label)
    return { source: link.from, target: link.to, kind: link.kind, shape, label }
  }

  paintLink(own, link) {
    set(own.shape, { class: `link ${link.kind}${link.loss > 0.2 ? ' bad' : link.loss > 0 ? ' poor' : ''}` })
    text(own.label, link.label)
  }

  place() {
    let [left, top, right, bottom] = [-120, -70, 120, 70]
    for (const node of this.nodes.values()) {
      set(node.shape, { transform: `translate(${node.x.toFixed(1)} ${node.y.toFixed(1)})` })
      left = Math.min(left, node.x)
      top = Math.min(top, node.y)
      right = Math.max(right, node.x)
      bottom = Math.max(bottom, node.y)
    }

    for (const { shape, label, source, target } of this.links.values()) {
      set(shape, { d: `M${source.x.toFixed(1)} ${source.y.toFixed(1)}L${target.x.toFixed(1)} ${target.y.toFixed(1)}` })
      // nearer to the peer, where links do not meet
      set(label, { x: (source.x * 0.4 + target.x * 0.6).toFixed(1), y: (source.y * 0.4 + target.y * 0.6 + 4).toFixed(1) })
    }

    const margin = 46
    set(this.picture, {
      viewBox: [left - margin, top - margin, Math.min(width * 4, right - left + 2 * margin), bottom - top + 2 * margin]
        .map(Math.round).join(' ')
    })
  }

  // one node can be reached with Tab; the others from there
  rove() {
    const at = this.nodes.has(this.focused) ? this.focused : this.nodes.keys().next().value
    for (const node of this.nodes.values()) {
      set(node.shape, { tabindex: node.id === at ? 0 : -1 })
    }
  }

  key(event) {
    const all = [...this.nodes.keys()]
    const at = all.indexOf(this.focused)
    const to = { ArrowRight: at + 1, ArrowDown: at + 1, ArrowLeft: at - 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key]
    if (to !== undefined && at >= 0) {
      event.preventDefault()
      this.nodes.get(all[(to + all.length) % all.length]).shape.focus()
    } else if (at >= 0 && (event.key === 'Enter' || event.key === ' ')) {
      event.preventDefault()
      this.chosen(this.focused)
    }
  }
}
