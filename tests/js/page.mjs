// A headless Chromium that does what it is told: node page.mjs CHROMIUM
// Reads a JSON object a line and answers each with { "value": ... } or { "error": "..." }:
//   { "do": "open", "url", "width", "height", "dark", "still" }    a page of its own; the former one is closed
//   { "do": "wait", "what" }        until this locator (CSS with Playwright's text engines) is seen; its text
//   { "do": "text", "what" }        the text of the first that matches, now
//   { "do": "count", "what" }       how many match
//   { "do": "click", "what" } { "do": "fill", "what", "text" } { "do": "press", "keys": [...] }
//   { "do": "run", "code" }         an expression in the page; its value
//   { "do": "shot", "what", "file" }    a picture of an element; without "what" of what is seen
//   { "do": "axe", "file" }         what axe-core, read from that file, finds wrong: a sentence each
//   { "do": "complaints" }          what the page complained of, and what it asked of other origins, until now
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { chromium } from 'playwright-core'

const patience = 60_000
const browser = await chromium.launch({
  executablePath: process.argv[2],
  // Chromium's own sandbox refuses to run as root
  chromiumSandbox: process.getuid?.() !== 0
})
let page
let complaints = []

// what is drawn has no inner text
const textOf = found => found.evaluate(element => element.innerText ?? element.textContent)

const deeds = {
  async open({ url, width = 1280, height = 900, dark = false, still = false }) {
    await page?.context().close()
    complaints = []
    const context = await browser.newContext({
      viewport: { width, height }, colorScheme: dark ? 'dark' : 'light', reducedMotion: still ? 'reduce' : 'no-preference', locale: 'en-GB'
    })
    page = await context.newPage()
    page.setDefaultTimeout(patience)
    page.on('console', message => {
      if (message.type() === 'error' || message.type() === 'warning') {
        complaints.push(message.text())
      }
    })
    page.on('pageerror', error => complaints.push(`${error.stack}`))
    page.on('requestfailed', request => {
      // the feed of a page that is left
      if (request.failure()?.errorText !== 'net::ERR_ABORTED') {
        complaints.push(`${request.url()}: ${request.failure()?.errorText}`)
      }
    })
    page.on('request', request => {
      if (new URL(request.url()).origin !== new URL(url).origin) {
        complaints.push(`it asks ${request.url()}`)
      }
    })
    await page.goto(url)
  },
  async wait({ what }) {
    const found = page.locator(what).first()
    try {
      await found.waitFor()
    } catch (error) {
      throw new Error(`${error.message}; the page says: ${await page.locator('body').innerText()}`)
    }

    return textOf(found)
  },
  text: ({ what }) => textOf(page.locator(what).first()),
  count: ({ what }) => page.locator(what).count(),
  click: ({ what }) => page.locator(what).first().click(),
  fill: ({ what, text }) => page.locator(what).first().fill(text),
  async press({ keys }) {
    for (const key of keys) {
      await page.keyboard.press(key)
    }
  },
  run: ({ code }) => page.evaluate(code),
  shot: ({ what, file }) => (what ? page.locator(what).first() : page).screenshot({ path: file, animations: 'disabled' }).then(() => null),
  async axe({ file }) {
    await page.evaluate(readFileSync(file, 'utf8'))
    const found = await page.evaluate(() => axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice'] }))
    return found.violations.map(one => `${one.id}: ${one.help}: ${one.nodes.map(node => node.target.join(' ')).join(', ')}`)
  },
  complaints: () => complaints
}

console.log(JSON.stringify({ value: 'ready' }))
for await (const line of createInterface({ input: process.stdin })) {
  const asked = JSON.parse(line)
  try {
    console.log(JSON.stringify({ value: await deeds[asked.do](asked) ?? null }))
  } catch (error) {
    console.log(JSON.stringify({ error: `${error.message}` }))
  }
}

await browser.close()
