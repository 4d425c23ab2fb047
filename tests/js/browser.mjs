// A page in a headless Chromium: node browser.mjs CHROMIUM URL SELECTOR...
// Waits for each selector in turn and prints the text of what it finds; whatever the page complains of is a line as well.
import { chromium } from 'playwright-core'

const patience = 60_000
const [executablePath, url, ...selectors] = process.argv.slice(2)
const browser = await chromium.launch({
  executablePath,
  // Chromium's own sandbox refuses to run as root
  chromiumSandbox: process.getuid?.() !== 0
})
const page = await browser.newPage()
page.on('console', message => {
  if (message.type() === 'error' || message.type() === 'warning') {
    console.log(`complaint: ${message.text()}`)
  }
})
page.on('pageerror', error => console.log(`complaint: ${error.stack}`))
page.on('requestfailed', request => console.log(`complaint: ${request.url()}: ${request.failure()?.errorText}`))

try {
  await page.goto(url)
  for (const selector of selectors) {
    const found = page.locator(selector).first()
    await found.waitFor({ timeout: patience })
    console.log(`${selector}: ${(await found.innerText()).replaceAll(/\s+/g, ' ')}`)
  }

  console.log('all there')
} catch (error) {
  console.log(`complaint: ${error.message}; the page says: ${await page.locator('body').innerText()}`)
} finally {
  await browser.close()
}
