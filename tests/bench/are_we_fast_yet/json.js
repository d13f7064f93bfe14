// A document of 27 kB parsed 100 times 20, as in Are We Fast Yet; the document is made here, of the same shape as the one there.
class Num {
  constructor(text) {
    this.text = text
  }
}
const ESCAPES = { '"': '"', '/': '/', '\\': '\\', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' }
class Parser {
  constructor(text) {
    this.text = text
    this.at = 0
    this.line = 1
    this.current = text[0]
  }
  read() {
    if (this.current === '\n') this.line++
    this.at++
    this.current = this.at < this.text.length ? this.text[this.at] : ''
  }
  reads(char) {
    if (this.current !== char) return false
    this.read()
    return true
  }
  expected(what) {
    throw new Error(this.current === '' ? 'unexpected end' : `line ${this.line}: expected ${what}`)
  }
  skipSpace() {
    while (this.current === ' ' || this.current === '\t' || this.current === '\n' || this.current === '\r') this.read()
  }
  document() {
    this.skipSpace()
    const value = this.value()
    this.skipSpace()
    if (this.current !== '') this.expected('the end')
    return value
  }
  value() {
    switch (this.current) {
      case 'n': return this.literal('null', null)
      case 't': return this.literal('true', true)
      case 'f': return this.literal('false', false)
      case '"': return this.string()
      case '[': return this.list()
      case '{': return this.object()
      case '-': case '0': case '1': case '2': case '3': case '4': case '5': case '6': case '7': case '8': case '9':
        return this.number()
      default: return this.expected('a value')
    }
  }
  literal(word, value) {
    for (let i = 0; i < word.length; i++) if (!this.reads(word[i])) this.expected('a literal')
    return value
  }
  list() {
    this.read()
    const values = []
    this.skipSpace()
    if (this.reads(']')) return values
    do {
      this.skipSpace()
      values.push(this.value())
      this.skipSpace()
    } while (this.reads(','))
    if (!this.reads(']')) this.expected("',' or ']'")
    return values
  }
  object() {
    this.read()
    const members = new Map()
    this.skipSpace()
    if (this.reads('}')) return members
    do {
      this.skipSpace()
      if (this.current !== '"') this.expected('a name')
      const name = this.string()
      this.skipSpace()
      if (!this.reads(':')) this.expected("':'")
      this.skipSpace()
      members.set(name, this.value())
      this.skipSpace()
    } while (this.reads(','))
    if (!this.reads('}')) this.expected("',' or '}'")
    return members
  }
  string() {
    this.read()
    let captured = '', start = this.at
    while (this.current !== '"') {
      if (this.current === '') this.expected("'\"'")
      if (this.current === '\\') {
        captured += this.text.substring(start, this.at)
        this.read()
        const char = ESCAPES[this.current]
        if (char === undefined) this.expected('an escape sequence')
        captured += char
        this.read()
        start = this.at
      } else {
        this.read()
      }
    }
    captured += this.text.substring(start, this.at)
    this.read()
    return captured
  }
  digits() {
    const start = this.at
    while (this.current >= '0' && this.current <= '9') this.read()
    return this.at > start
  }
  number() {
    const start = this.at
    this.reads('-')
    if (!this.reads('0') && !this.digits()) this.expected('a digit')
    if (this.reads('.') && !this.digits()) this.expected('a digit')
    if (this.reads('e') || this.reads('E')) {
      if (!this.reads('+')) this.reads('-')
      if (!this.digits()) this.expected('a digit')
    }
    return new Num(this.text.substring(start, this.at))
  }
}
function document() {
  let text = '{"head":{"requestCounter":4},"operations":['
  for (let i = 0; i < 156; i++) {
    if (i > 0) text += ','
    if (i < 38) {
      text += `["set","w${i}",{"bounds":[10,${i * 7},988,402],"tabIndex":-1,"visible":true,"markupEnabled":false,`
      text += '"font":[["Verdana","Sans \\"Serif\\""],10,false,false]}]'
    } else {
      text += `["create","w${i}","rwt.widgets.GridItem",{"parent":"w99","index":${i - 38},"texts":["${i - 37}"`
      text += `,"Nn","Number","Poor metal","${(i % 18) + 1}","${(i % 7) + 1}"],"cellBackgrounds":[null,null,null,[`
      text += `${(i * 3) % 256},${(i * 5) % 256},${(i * 7) % 256},255],null,null]}]`
    }
  }
  return text + ']}'
}
const text = document()
let sum = 0
for (let i = 0; i < 2000; i++) {
  const value = new Parser(text).document()
  const operations = value.get('operations')
  if (!(value.get('head') instanceof Map) || !Array.isArray(operations) || operations.length !== 156) throw new Error('wrong result')
  sum += operations.length
}
console.log(text.length, sum)
