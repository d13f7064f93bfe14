// Trees of arrays of depth 7, built and dropped, 1000 times 2, as in Are We Fast Yet.
class Random {
  constructor() {
    this.seed = 74755
  }
  next() {
    this.seed = (this.seed * 1309 + 13849) & 65535
    return this.seed
  }
}
class Storage {
  constructor() {
    this.count = 0
    this.random = new Random()
  }
  tree(depth) {
    this.count++
    if (depth === 1) return new Array((this.random.next() % 10) + 1).fill(null)
    const places = new Array(4)
    for (let i = 0; i < 4; i++) places[i] = this.tree(depth - 1)
    return places
  }
}
let count = 0
for (let i = 0; i < 2000; i++) {
  const storage = new Storage()
  const tree = storage.tree(7)
  if (storage.count !== 5461) throw new Error(`wrong result: ${storage.count}`)
  count += tree.length * storage.count
}
console.log(count)
