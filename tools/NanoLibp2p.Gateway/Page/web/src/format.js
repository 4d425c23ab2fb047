// Figures and times as people read them.

const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto', style: 'short' })

/** The end of a peer id, which tells peers apart; the beginning is the same for all. */
export const shortId = id => id.length > 12 ? '…' + id.slice(-8) : id

export function ago(time) {
  if (time == null) {
    return ''
  }

  const seconds = Math.round((time - Date.now()) / 1000)
  const size = Math.abs(seconds)
  return size < 60 ? relative.format(seconds, 'second')
    : size < 3600 ? relative.format(Math.round(seconds / 60), 'minute')
    : size < 86_400 ? relative.format(Math.round(seconds / 3600), 'hour') : relative.format(Math.round(seconds / 86_400), 'day')
}

export function bytes(count) {
  return count < 1024 ? `${count} B` : count < 1024 * 1024 ? `${(count / 1024).toFixed(1)} KiB` : `${(count / 1048576).toFixed(1)} MiB`
}

export function ms(value) {
  return value == null ? '' : value < 10 ? `${value.toFixed(1)} ms` : `${Math.round(value)} ms`
}

export function number(value) {
  return Math.abs(value) >= 1e9 || (value !== 0 && Math.abs(value) < 1e-3) ? value.toExponential(2)
    : String(Number(value.toFixed(Number.isInteger(value) ? 0 : 3)))
}

export const clock = time => new Date(time).toLocaleTimeString('en-GB')

export const several = (count, name, more = `${name}s`) => `${count} ${count === 1 ? name : more}`
