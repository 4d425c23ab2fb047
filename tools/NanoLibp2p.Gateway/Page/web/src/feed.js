// What the gateway tells: the feed of events, and questions to it. A stream of fetch in place of EventSource, which can't show a token.

const kept = 'nanolibp2p-token'
const longestLine = 8 * 1024 * 1024

let token = sessionStorage.getItem(kept) ?? ''

const headers = () => token ? { Authorization: `Bearer ${token}` } : {}

/** Asks for JSON; a failure is an Error that people can read. */
export async function ask(path, options = {}) {
  const answer = await fetch(path, { ...options, headers: headers(), cache: 'no-store' })
  if (!answer.ok) {
    const said = await answer.text()
    let why = said
    try {
      why = JSON.parse(said).error ?? said
    } catch {
      // not all of it is JSON
    }

    throw Object.assign(new Error(answer.status === 401 ? 'Log in first: this needs the token.' : why.trim() || `status ${answer.status}`),
      { status: answer.status })
  }

  return answer.json()
}

export const change = path => ask(path, { method: 'POST' })

/** Tries a token, and keeps it when it is right. */
export async function logIn(tried) {
  const before = token
  token = tried.trim()
  try {
    if (!/^[\x21-\x7e]+$/.test(token) || !(await ask('/api/session')).mayChange) {
      throw Object.assign(new Error('This is not the token of this gateway.'), { status: 401 })
    }
  } catch (error) {
    token = before
    throw error.status === 401 ? new Error('This is not the token of this gateway.') : error
  }

  sessionStorage.setItem(kept, token)
}

/** Forgets the token, and has the gateway forget it when it is of a log-in by peer id. */
export async function logOut() {
  await change('/api/logout').catch(() => { /* it counts no more, or the gateway is gone */ })
  token = ''
  sessionStorage.removeItem(kept)
}

/** Whether the token that is kept, if any, lets one change something; undefined where even reading needs one. */
export async function mayChange() {
  try {
    return (await ask('/api/session')).mayChange
  } catch (error) {
    if (error.status === 401) {
      return undefined
    }

    throw error
  }
}

/**
 * Listens to the feed for good, and connects again with pauses that grow to 30 s.
 * on: { event(name, data), state('live' | 'refused' | 'lost', why) }. Returns what ends it.
 */
export function listen(on) {
  const ending = new AbortController()
  void run(on, ending.signal)
  return () => ending.abort()
}

async function run(on, signal) {
  for (let pause = 500; !signal.aborted; pause = Math.min(30_000, pause * 2)) {
    try {
      const answer = await fetch('/api/feed', { headers: headers(), cache: 'no-store', signal })
      if (answer.status === 401) {
        on.state('refused', 'log in to see more')
        return
      }

      if (!answer.ok) {
        throw new Error((await answer.text()).trim())
      }

      pause = 250
      on.state('live')
      await read(answer.body, on)
      throw new Error('the gateway ended it')
    } catch (error) {
      if (!signal.aborted) {
        on.state('lost', error.message)
      }
    }

    await new Promise(done => {
      const timer = setTimeout(done, pause)
      signal.addEventListener('abort', () => { clearTimeout(timer); done() }, { once: true })
    })
  }
}

// WHATWG HTML, section 9.2.6, as much of it as this gateway sends
async function read(body, on) {
  let rest = ''
  let name = ''
  for await (const chunk of chunks(body.pipeThrough(new TextDecoderStream()))) {
    rest += chunk
    let end
    while ((end = rest.indexOf('\n')) >= 0) {
      const line = rest.slice(0, end)
      rest = rest.slice(end + 1)
      if (line.startsWith('event: ')) {
        name = line.slice(7)
      } else if (line.startsWith('data: ')) {
        on.event(name, JSON.parse(line.slice(6)))
      }
    }

    if (rest.length > longestLine) {
      throw new Error('an event is too long')
    }
  }
}

async function* chunks(stream) {
  const reader = stream.getReader()
  try {
    for (let part; !(part = await reader.read()).done;) {
      yield part.value
    }
  } finally {
    reader.releaseLock()
  }
}
