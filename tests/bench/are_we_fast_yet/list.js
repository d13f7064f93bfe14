// A recursive function over three linked lists, 1500 times 10, as in Are We Fast Yet.
class Cell {
  constructor(value, next) {
    this.value = value
    this.next = next
  }
  length() {
    return this.next === null ? 1 : 1 + this.next.length()
  }
}
function make(length) {
  return length === 0 ? null : new Cell(length, make(length - 1))
}
function isShorter(x, y) {
  for (; y !== null; x = x.next, y = y.next) if (x === null) return true
  return false
}
function tail(x, y, z) {
  if (!isShorter(y, x)) return z
  return tail(tail(x.next, y, z), tail(y.next, z, x), tail(z.next, x, y))
}
let sum = 0
for (let i = 0; i < 15000; i++) {
  const result = tail(make(15), make(10), make(6)).length()
  if (result !== 10) throw new Error(`wrong result: ${result}`)
  sum += result
}
console.log(sum)
