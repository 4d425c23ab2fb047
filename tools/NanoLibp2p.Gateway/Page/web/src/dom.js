// Makes and changes elements. Whatever peers wrote gets into the page through here alone, as text.

/** An element with attributes, and children: elements, or what becomes text. */
export function el(name, attributes = {}, ...children) {
  const made = document.createElement(name)
  set(made, attributes)
  made.append(...children.filter(one => one != null).map(one => one instanceof Node ? one : String(one)))
  return made
}

/** The same of SVG. */
export function svg(name, attributes = {}, ...children) {
  const made = document.createElementNS('http://www.w3.org/2000/svg', name)
  set(made, attributes)
  made.append(...children)
  return made
}

export function set(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith('on')) {
      element.addEventListener(name.slice(2), value)
    } else if (value == null || value === false) {
      element.removeAttribute(name)
    } else if (element.getAttribute(name) !== String(value)) {
      element.setAttribute(name, value === true ? '' : String(value))
    }
  }
}

/** Sets an element's text if it differs, so that a screen reader hears changes alone. */
export function text(element, value) {
  if (element.textContent !== value) {
    element.textContent = value
  }
}

export const byId = id => document.getElementById(id)

/**
 * A table whose rows are kept by their keys: what has the focus keeps it when others come and go. On a narrow screen its rows
 * are cards (page.css), hence the roles, which such a layout would take away.
 *
 * columns: { title, of(row) -> text or element, number }, keyed by key(row)
 */
export class Table {
  constructor(place, caption, columns, key, none) {
    this.columns = columns
    this.key = key
    this.rows = new Map()
    this.body = el('tbody', { role: 'rowgroup' })
    this.table = el('table', { role: 'table' },
      el('caption', {}, caption),
      el('thead', { role: 'rowgroup' }, el('tr', { role: 'row' },
        ...columns.map(column => el('th', { role: 'columnheader', scope: 'col', class: column.number ? 'number' : null }, column.title)))),
      this.body)
    this.none = el('p', { class: 'none' }, none)
    place.replaceChildren(this.table, this.none)
  }

  show(rows) {
    this.table.hidden = rows.length === 0
    this.none.hidden = rows.length > 0
    const gone = new Set(this.rows.keys())
    let before = null
    for (const row of rows) {
      const key = this.key(row)
      gone.delete(key)
      let line = this.rows.get(key)
      if (!line) {
        line = el('tr', { role: 'row' }, ...this.columns.map((column, i) =>
          el(i === 0 ? 'th' : 'td', {
            role: i === 0 ? 'rowheader' : 'cell', scope: i === 0 ? 'row' : null, 'data-title': column.title,
            class: column.number ? 'number' : null
          })))
        this.rows.set(key, line)
      }

      this.columns.forEach((column, i) => this.fill(line.children[i], column.of(row)))
      const place = before ? before.nextSibling : this.body.firstChild
      if (place !== line) {
        this.body.insertBefore(line, place)
      }

      before = line
    }

    for (const key of gone) {
      this.rows.get(key).remove()
      this.rows.delete(key)
    }
  }

  // an element that is the same as the one that is there stays, with the focus that it may have
  fill(cell, content) {
    if (content instanceof Node) {
      if (cell.childNodes.length !== 1 || !cell.firstChild.isEqualNode(content)) {
        cell.replaceChildren(content)
      }
    } else {
      text(cell, content == null ? '' : String(content))
    }
  }
}
