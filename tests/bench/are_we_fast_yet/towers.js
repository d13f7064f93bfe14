// The towers of Hanoi with 13 disks, 600 times 20, as in Are We Fast Yet.
class Disk {
  constructor(size) {
    this.size = size
    this.below = null
  }
}
class Towers {
  constructor() {
    this.piles = [null, null, null]
    this.moves = 0
  }
  push(disk, pile) {
    const top = this.piles[pile]
    if (top !== null && disk.size >= top.size) throw new Error('a disk may not lie on a smaller one')
    disk.below = top
    this.piles[pile] = disk
  }
  pop(pile) {
    const top = this.piles[pile]
    if (top === null) throw new Error(`there is no disk on the pile ${pile}`)
    this.piles[pile] = top.below
    top.below = null
    return top
  }
  moveTop(from, to) {
    this.push(this.pop(from), to)
    this.moves++
  }
  moveDisks(disks, from, to) {
    if (disks === 1) {
      this.moveTop(from, to)
      return
    }
    const other = 3 - from - to
    this.moveDisks(disks - 1, from, other)
    this.moveTop(from, to)
    this.moveDisks(disks - 1, other, to)
  }
}
let moves = 0
for (let i = 0; i < 12000; i++) {
  const towers = new Towers()
  for (let size = 13; size >= 0; size--) towers.push(new Disk(size), 0)
  towers.moveDisks(13, 0, 1)
  if (towers.moves !== 8191) throw new Error(`wrong result: ${towers.moves}`)
  moves += towers.moves
}
console.log(moves)
