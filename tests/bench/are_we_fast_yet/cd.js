// Collisions of 100 aircraft in 200 frames, found by a map of voxels in red-black trees, 15 times, as in Are We Fast Yet.
class Vec2 {
  constructor(x, y) {
    this.x = x
    this.y = y
  }
  plus(v) {
    return new Vec2(this.x + v.x, this.y + v.y)
  }
  minus(v) {
    return new Vec2(this.x - v.x, this.y - v.y)
  }
  compare(v) {
    if (this.x !== v.x) return this.x < v.x ? -1 : 1
    return this.y === v.y ? 0 : this.y < v.y ? -1 : 1
  }
}
class Vec3 {
  constructor(x, y, z) {
    this.x = x
    this.y = y
    this.z = z
  }
  plus(v) {
    return new Vec3(this.x + v.x, this.y + v.y, this.z + v.z)
  }
  minus(v) {
    return new Vec3(this.x - v.x, this.y - v.y, this.z - v.z)
  }
  times(k) {
    return new Vec3(this.x * k, this.y * k, this.z * k)
  }
  dot(v) {
    return this.x * v.x + this.y * v.y + this.z * v.z
  }
}
class CallSign {
  constructor(value) {
    this.value = value
  }
  compare(other) {
    return this.value - other.value
  }
}
class Node {
  constructor(key, value, parent) {
    this.key = key
    this.value = value
    this.left = null
    this.right = null
    this.parent = parent
    this.red = true
  }
  lowest() {
    let node = this
    while (node.left !== null) node = node.left
    return node
  }
  successor() {
    if (this.right !== null) return this.right.lowest()
    let node = this, parent = this.parent
    while (parent !== null && node === parent.right) {
      node = parent
      parent = node.parent
    }
    return parent
  }
}
const isRed = (node) => node !== null && node.red
class RedBlackTree {
  constructor() {
    this.root = null
  }
  find(key) {
    let at = this.root
    while (at !== null) {
      const order = key.compare(at.key)
      if (order === 0) return at
      at = order < 0 ? at.left : at.right
    }
    return null
  }
  // The value that the key had before.
  put(key, value) {
    let parent = null, at = this.root, order = 0
    while (at !== null) {
      parent = at
      order = key.compare(at.key)
      if (order === 0) {
        const old = at.value
        at.value = value
        return old
      }
      at = order < 0 ? at.left : at.right
    }
    const node = new Node(key, value, parent)
    if (parent === null) this.root = node
    else if (order < 0) parent.left = node
    else parent.right = node
    this.balance(node)
    return null
  }
  balance(x) {
    while (x !== this.root && x.parent.red) {
      let parent = x.parent
      const above = parent.parent, isLeft = parent === above.left
      const uncle = isLeft ? above.right : above.left
      if (isRed(uncle)) {
        parent.red = false
        uncle.red = false
        above.red = true
        x = above
        continue
      }
      if (x === (isLeft ? parent.right : parent.left)) {
        x = parent
        this.rotate(x, isLeft)
        parent = x.parent
      }
      parent.red = false
      above.red = true
      this.rotate(above, !isLeft)
    }
    this.root.red = false
  }
  hang(parent, old, node) {
    if (parent === null) this.root = node
    else if (old === parent.left) parent.left = node
    else parent.right = node
  }
  rotate(node, toLeft) {
    if (toLeft) this.rotateLeft(node)
    else this.rotateRight(node)
  }
  rotateLeft(x) {
    const y = x.right
    x.right = y.left
    if (y.left !== null) y.left.parent = x
    y.parent = x.parent
    this.hang(x.parent, x, y)
    y.left = x
    x.parent = y
  }
  rotateRight(y) {
    const x = y.left
    y.left = x.right
    if (x.right !== null) x.right.parent = y
    x.parent = y.parent
    this.hang(y.parent, y, x)
    x.right = y
    y.parent = x
  }
  remove(key) {
    const z = this.find(key)
    if (z === null) return
    const y = z.left === null || z.right === null ? z : z.successor()
    const x = y.left !== null ? y.left : y.right, parent = y.parent
    if (x !== null) x.parent = parent
    this.hang(parent, y, x)
    if (!y.red) this.rebalance(x, parent)
    if (y !== z) {
      y.parent = z.parent
      y.red = z.red
      y.left = z.left
      y.right = z.right
      if (z.left !== null) z.left.parent = y
      if (z.right !== null) z.right.parent = y
      this.hang(z.parent, z, y)
    }
  }
  rebalance(x, parent) {
    while (x !== this.root && !isRed(x)) {
      const isLeft = x === parent.left
      let w = isLeft ? parent.right : parent.left
      if (w.red) {
        w.red = false
        parent.red = true
        this.rotate(parent, isLeft)
        w = isLeft ? parent.right : parent.left
      }
      if (!isRed(w.left) && !isRed(w.right)) {
        w.red = true
        x = parent
        parent = x.parent
        continue
      }
      if (!isRed(isLeft ? w.right : w.left)) {
        (isLeft ? w.left : w.right).red = false
        w.red = true
        this.rotate(w, !isLeft)
        w = isLeft ? parent.right : parent.left
      }
      w.red = parent.red
      parent.red = false
      const outer = isLeft ? w.right : w.left
      if (outer !== null) outer.red = false
      this.rotate(parent, isLeft)
      x = this.root
      parent = null
    }
    if (x !== null) x.red = false
  }
  forEach(f) {
    for (let at = this.root === null ? null : this.root.lowest(); at !== null; at = at.successor()) f(at.key, at.value)
  }
}
const MAX_X = 1000, MAX_Y = 1000, MAX_Z = 10, RADIUS = 1, VOXEL = 2
const inFrame = (low, high) => (low <= 1 && 1 <= high) || (low <= 0 && 0 <= high) || (0 <= low && high <= 1)
class Motion {
  constructor(callsign, from, to) {
    this.callsign = callsign
    this.from = from
    this.to = to
  }
  touches(v) {
    if (v.x > MAX_X || v.x < 0 || v.y > MAX_Y || v.y < 0) return false
    const r = RADIUS / 2, dx = this.to.x - this.from.x, dy = this.to.y - this.from.y
    let lowX = (v.x - r - this.from.x) / dx, highX = (v.x + VOXEL + r - this.from.x) / dx
    if (dx < 0) [lowX, highX] = [highX, lowX]
    let lowY = (v.y - r - this.from.y) / dy, highY = (v.y + VOXEL + r - this.from.y) / dy
    if (dy < 0) [lowY, highY] = [highY, lowY]
    return ((dx === 0 && v.x <= this.from.x + r && this.from.x - r <= v.x + VOXEL) || inFrame(lowX, highX))
      && ((dy === 0 && v.y <= this.from.y + r && this.from.y - r <= v.y + VOXEL) || inFrame(lowY, highY))
      && (dx === 0 || dy === 0 || (lowY <= highX && highX <= highY) || (lowY <= lowX && lowX <= highY)
        || (lowX <= lowY && highY <= highX))
  }
  collision(other) {
    const aDelta = this.to.minus(this.from), bDelta = other.to.minus(other.from), between = other.from.minus(this.from)
    const relative = bDelta.minus(aDelta), a = relative.dot(relative)
    if (a === 0) return Math.sqrt(between.dot(between)) <= RADIUS ? this.from.plus(other.from).times(0.5) : null
    const b = 2 * this.from.minus(other.from).dot(aDelta.minus(bDelta)), c = -RADIUS * RADIUS + between.dot(between)
    const discriminant = b * b - 4 * a * c
    if (discriminant < 0) return null
    const first = (-b - Math.sqrt(discriminant)) / (2 * a), last = (-b + Math.sqrt(discriminant)) / (2 * a)
    if (first > last || !inFrame(first, last)) return null
    const time = first <= 0 ? 0 : first
    const at = this.from.plus(aDelta.times(time)).plus(other.from.plus(bDelta.times(time))).times(0.5)
    return at.x >= 0 && at.x <= MAX_X && at.y >= 0 && at.y <= MAX_Y && at.z >= 0 && at.z <= MAX_Z ? at : null
  }
}
const ACROSS = new Vec2(VOXEL, 0), ALONG = new Vec2(0, VOXEL)
function voxelOf(p) {
  const v = new Vec2(VOXEL * Math.trunc(p.x / VOXEL), VOXEL * Math.trunc(p.y / VOXEL))
  if (p.x < 0) v.x -= VOXEL
  if (p.y < 0) v.y -= VOXEL
  return v
}
function draw(map, seen, v, motion) {
  if (!motion.touches(v)) return
  if (seen.put(v, true) !== null) return
  const node = map.find(v)
  if (node === null) map.put(v, [motion])
  else node.value.push(motion)
  draw(map, seen, v.minus(ACROSS), motion)
  draw(map, seen, v.plus(ACROSS), motion)
  draw(map, seen, v.minus(ALONG), motion)
  draw(map, seen, v.plus(ALONG), motion)
  draw(map, seen, v.minus(ACROSS).minus(ALONG), motion)
  draw(map, seen, v.minus(ACROSS).plus(ALONG), motion)
  draw(map, seen, v.plus(ACROSS).minus(ALONG), motion)
  draw(map, seen, v.plus(ACROSS).plus(ALONG), motion)
}
class Detector {
  constructor() {
    this.state = new RedBlackTree()
  }
  frame(frame) {
    const motions = [], seen = new RedBlackTree(), gone = []
    for (const aircraft of frame) {
      const old = this.state.put(aircraft.callsign, aircraft.position)
      seen.put(aircraft.callsign, true)
      motions.push(new Motion(aircraft.callsign, old === null ? aircraft.position : old, aircraft.position))
    }
    this.state.forEach((callsign) => {
      if (seen.find(callsign) === null) gone.push(callsign)
    })
    for (const callsign of gone) this.state.remove(callsign)
    const map = new RedBlackTree()
    for (const motion of motions) draw(map, new RedBlackTree(), voxelOf(motion.from), motion)
    const collisions = []
    map.forEach((_, near) => {
      for (let i = 0; i < near.length; i++) {
        for (let j = i + 1; j < near.length; j++) {
          const position = near[i].collision(near[j])
          if (position !== null) collisions.push({ a: near[i].callsign, b: near[j].callsign, position })
        }
      }
    })
    return collisions
  }
}
function simulate(count, frames) {
  const detector = new Detector(), callsigns = []
  for (let i = 0; i < count; i++) callsigns.push(new CallSign(i))
  let collisions = 0
  for (let i = 0; i < frames; i++) {
    const time = i / 10, frame = []
    for (let c = 0; c < count; c += 2) {
      frame.push({ callsign: callsigns[c], position: new Vec3(time, Math.cos(time) * 2 + c * 3, 10) })
      frame.push({ callsign: callsigns[c + 1], position: new Vec3(time, Math.sin(time) * 2 + c * 3, 10) })
    }
    collisions += detector.frame(frame).length
  }
  return collisions
}
let sum = 0
for (let i = 0; i < 15; i++) {
  const collisions = simulate(100, 200)
  if (collisions !== 4305) throw new Error(`wrong result: ${collisions}`)
  sum += collisions
}
console.log(sum)
