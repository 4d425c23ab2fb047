// Reads a board through the relay of its gateway. The form's fields may stand in the page's address: ?gateway=...&board=...&topic=...
import { circuitRelayTransport } from '@libp2p/circuit-relay-v2'
import { gossipsub } from '@libp2p/gossipsub'
import { identify } from '@libp2p/identify'
import { noise } from '@libp2p/noise'
import { ping } from '@libp2p/ping'
import { webSockets } from '@libp2p/websockets'
import { yamux } from '@libp2p/yamux'
import { multiaddr } from '@multiformats/multiaddr'
import { createLibp2p } from 'libp2p'

const kept = 20
const pause = 1000
const form = document.querySelector('form')
let circuits = 0

async function read ({ gateway, board: idOrAddress, topic }) {
  const board = idOrAddress.split('/p2p/').at(-1)

  // through the gateway, whose own peer id stands before /p2p-circuit, to the board; between its end and this page all is encrypted
  const address = multiaddr(`${gateway}/p2p-circuit/p2p/${board}`)
  const node = await createLibp2p({
    // in a browser js-libp2p dials neither ws:// nor private addresses by itself, and a gateway at home has no others
    connectionGater: { denyDialMultiaddr: () => false },
    transports: [webSockets(), circuitRelayTransport()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    services: {
      identify: identify(),
      ping: ping(),
      // a relay limits the circuits of a board without a token; readings are small enough for those as well
      pubsub: gossipsub({ runOnLimitedConnection: true })
    }
  })

  // gossipsub hands on nothing whose signature is not that of the author it names
  node.services.pubsub.addEventListener('message', ({ detail }) => {
    if (detail.topic === topic && detail.from.toString() === board) {
      show(new TextDecoder().decode(detail.data))
    }
  })
  node.services.pubsub.subscribe(topic)

  while (true) {
    try {
      const connection = await node.dial(address)
      circuits++
      const ms = await roundTrip(connection)
      say(`connected to the board through the relay, circuit ${circuits}: a ping takes ${ms} ms${limits(connection.limits)}`)
      if (connection.status === 'open') {
        await new Promise(resolve => connection.addEventListener('close', resolve, { once: true }))
      }

      say('the circuit has ended')
    } catch (error) {
      say(`not connected: ${error.message}`)
    }

    await new Promise(resolve => setTimeout(resolve, pause))
  }
}

// services.ping takes a peer, and would dial once more: js-libp2p hopes for a better connection than one with limits
async function roundTrip (connection) {
  const stream = await connection.newStream('/ipfs/ping/1.0.0', { runOnLimitedConnection: true })
  const began = performance.now()
  await new Promise((resolve, reject) => {
    stream.addEventListener('message', resolve, { once: true })
    stream.addEventListener('close', ({ error }) => reject(error ?? new Error('the board closed the ping')), { once: true })
    stream.send(crypto.getRandomValues(new Uint8Array(32)))
  })
  const ms = Math.ceil(performance.now() - began)
  await stream.close()
  return ms
}

function limits ({ seconds, bytes } = {}) {
  const said = []
  if (seconds != null) {
    said.push(`in ${seconds} s`)
  }

  if (bytes != null) {
    said.push(`after ${Math.floor(Number(bytes) / 1024)} KiB`)
  }

  return said.length === 0 ? '' : `; the relay ends it ${said.join(' or ')}, and the page dials again`
}

function say (text) {
  document.querySelector('#state').textContent = text
}

function show (text) {
  const row = document.createElement('tr')
  for (const cell of [new Date().toLocaleTimeString(), circuits, text]) {
    row.insertCell().textContent = cell
  }

  const readings = document.querySelector('#readings')
  readings.prepend(row)
  readings.parentElement.hidden = false
  while (readings.rows.length > kept) {
    readings.deleteRow(-1)
  }
}

form.addEventListener('submit', event => {
  event.preventDefault()
  form.querySelector('button').disabled = true
  const values = Object.fromEntries([...new FormData(form)].map(([name, value]) => [name, value.trim()]))
  read(values).catch(error => {
    say(error.message)
    form.querySelector('button').disabled = false
  })
})

for (const [name, value] of new URLSearchParams(location.search)) {
  const field = form.elements.namedItem(name)
  if (field != null) {
    field.value = value
  }
}

if (form.checkValidity()) {
  form.requestSubmit()
}
