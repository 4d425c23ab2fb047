// Builds the page into a folder: node build.mjs FOLDER
// What package-lock.json names is installed when that has changed. Builds that run at the same time wait for one another.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const here = dirname(fileURLToPath(import.meta.url))
const out = resolve(here, process.argv[2] ?? 'obj/page')
const lock = join(here, 'obj', 'build.lock')
const patienceMs = 300_000

const sha = (...texts) => texts.reduce((hash, text) => hash.update(text).update('\0'), createHash('sha256')).digest('hex')
const read = file => existsSync(file) ? readFileSync(file, 'utf8') : ''

function isAlive(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}

// a folder can be made by one process alone; that of a build which was killed is taken over
async function take() {
  mkdirSync(dirname(lock), { recursive: true })
  for (const end = Date.now() + patienceMs; ;) {
    try {
      mkdirSync(lock)
      writeFileSync(join(lock, 'pid'), `${process.pid}`)
      return
    } catch (error) {
      if (error.code !== 'EEXIST') {
        throw error
      }
    }

    const pid = Number(read(join(lock, 'pid')))
    const age = existsSync(lock) ? Date.now() - statSync(lock).mtimeMs : 0
    if (pid > 0 ? !isAlive(pid) : age > 10_000) {
      rmSync(lock, { recursive: true, force: true })
    } else if (Date.now() > end) {
      throw new Error(`another build of the page (process ${pid}) has not ended for ${patienceMs / 1000} s; remove ${lock} if it is none`)
    } else {
      await new Promise(done => setTimeout(done, 100))
    }
  }
}

await take()
try {
  const locked = read(join(here, 'package-lock.json'))
  const sources = readdirSync(join(here, 'src'), { recursive: true }).filter(name => /\.\w+$/.test(name)).sort()
  const want = sha(locked, read(join(here, 'vite.config.js')), read(join(here, 'build.mjs')),
    ...sources.flatMap(name => [name, read(join(here, 'src', name))]))
  const installed = join(here, 'node_modules', '.installed')
  if (read(installed) !== sha(locked)) {
    console.log('installing what package-lock.json names')

    // npm ci empties node_modules first, so a half-done install can't pass for a whole one
    execFileSync('npm', ['ci', '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error'],
      { cwd: here, stdio: ['ignore', 'ignore', 'inherit'], shell: process.platform === 'win32' })
    writeFileSync(installed, sha(locked))
  }

  const stamp = join(out, '..', 'page.stamp')
  if (read(stamp) !== want || !existsSync(join(out, 'index.html'))) {
    console.log('building the page')
    process.chdir(here)
    const { build } = await import(pathToFileURL(join(here, 'node_modules', 'vite', 'dist', 'node', 'index.js')).href)
    await build({ configFile: join(here, 'vite.config.js'), logLevel: 'warn', build: { outDir: out, emptyOutDir: true } })
  }

  // its time tells MSBuild that the page is newer than its sources
  writeFileSync(stamp, want)
} finally {
  rmSync(lock, { recursive: true, force: true })
}
