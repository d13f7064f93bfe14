// Every permutation of six elements by exchanging two of them, 1000 times 15, as in Are We Fast Yet.
class Permuter {
  constructor() {
    this.calls = 0
    this.elements = new Array(6).fill(0)
  }
  swap(i, j) {
    const old = this.elements[i]
    this.elements[i] = this.elements[j]
    this.elements[j] = old
  }
  permute(n) {
    this.calls++
    if (n === 0) return
    this.permute(n - 1)
    for (let i = n - 1; i >= 0; i--) {
      this.swap(n - 1, i)
      this.permute(n - 1)
      this.swap(n - 1, i)
    }
  }
}
let calls = 0
for (let i = 0; i < 15000; i++) {
  const permuter = new Permuter()
  permuter.permute(6)
  if (permuter.calls !== 8660) throw new Error(`wrong result: ${permuter.calls}`)
  calls += permuter.calls
}
console.log(calls)
