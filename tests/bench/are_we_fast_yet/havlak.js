// The loops of a control flow graph of 5213 blocks by Havlak's algorithm, and 1500 times those of a small one, six times, as in Are We
// Fast Yet.
class Block {
  constructor(name) {
    this.name = name
    this.ins = []
    this.outs = []
  }
}
class Graph {
  constructor() {
    this.blocks = []
    this.edges = []
  }
  block(name) {
    while (this.blocks.length <= name) this.blocks.push(new Block(this.blocks.length))
    return this.blocks[name]
  }
  connect(fromName, toName) {
    const from = this.block(fromName), to = this.block(toName)
    from.outs.push(to)
    to.ins.push(from)
    this.edges.push({ from, to })
  }
  diamond(start) {
    this.connect(start, start + 1)
    this.connect(start, start + 2)
    this.connect(start + 1, start + 3)
    this.connect(start + 2, start + 3)
    return start + 3
  }
  straight(start, count) {
    for (let i = start; i < start + count; i++) this.connect(i, i + 1)
    return start + count
  }
  baseLoop(from) {
    const header = this.straight(from, 1), first = this.diamond(header)
    const between = this.straight(first, 1), second = this.diamond(between), footer = this.straight(second, 1)
    this.connect(second, between)
    this.connect(first, header)
    this.connect(footer, from)
    return this.straight(footer, 1)
  }
  grow(trees, loops, inner) {
    let n = 2
    for (let i = 0; i < trees; i++) {
      this.block(n + 1)
      this.connect(2, n + 1)
      n++
      for (let j = 0; j < loops; j++) {
        const top = n
        n = this.straight(n, 1)
        for (let k = 0; k < inner; k++) n = this.baseLoop(n)
        const bottom = this.straight(n, 1)
        this.connect(n, top)
        n = bottom
      }
      this.connect(n, 1)
    }
  }
}
function add(set, x) {
  if (!set.includes(x)) set.push(x)
}
class Loop {
  constructor(header, isReducible) {
    this.header = header
    this.isReducible = isReducible
    this.parent = null
    this.blocks = header === null ? [] : [header]
    this.children = []
    this.nesting = 0
    this.depth = 0
  }
  setParent(parent) {
    this.parent = parent
    add(parent.children, this)
  }
  nest(depth) {
    this.depth = depth
    for (const child of this.children) {
      child.nest(depth + 1)
      this.nesting = Math.max(this.nesting, 1 + child.nesting)
    }
  }
}
class LoopForest {
  constructor() {
    this.root = new Loop(null, true)
    this.loops = [this.root]
  }
  add(header, isReducible) {
    const loop = new Loop(header, isReducible)
    this.loops.push(loop)
    return loop
  }
  nest() {
    for (const loop of this.loops) if (loop !== this.root && loop.parent === null) loop.setParent(this.root)
    this.root.nest(0)
  }
}
class Node {
  constructor(number) {
    this.parent = this
    this.block = null
    this.loop = null
    this.number = number
  }
  set() {
    const path = []
    let at = this
    for (; at !== at.parent; at = at.parent) if (at.parent !== at.parent.parent) path.push(at)
    for (const node of path) node.parent = this.parent
    return at
  }
}
const NON_HEADER = 0, REDUCIBLE = 1, REPEATED = 2, IRREDUCIBLE = 3, DEAD = 4
class Finder {
  constructor(graph, forest) {
    const n = graph.blocks.length
    this.graph = graph
    this.forest = forest
    this.number = new Array(n).fill(-1)
    this.last = new Array(n).fill(0)
    this.header = new Array(n).fill(0)
    this.kind = new Array(n).fill(NON_HEADER)
    this.nodes = []
    this.back = []
    this.nonBack = []
    for (let i = 0; i < n; i++) {
      this.nodes.push(new Node(i))
      this.back.push([])
      this.nonBack.push([])
    }
  }
  search(block, current) {
    this.nodes[current].block = block
    this.number[block.name] = current
    let last = current
    for (const target of block.outs) if (this.number[target.name] < 0) last = this.search(target, last + 1)
    this.last[current] = last
    return last
  }
  isAncestor(w, v) {
    return w <= v && v <= this.last[w]
  }
  sortEdges() {
    for (let w = 0; w < this.nodes.length; w++) {
      const block = this.nodes[w].block
      if (block === null) {
        this.kind[w] = DEAD
        continue
      }
      for (const from of block.ins) {
        const v = this.number[from.name]
        if (v < 0) continue
        if (this.isAncestor(w, v)) this.back[w].push(v)
        else add(this.nonBack[w], v)
      }
    }
  }
  run() {
    this.search(this.graph.blocks[0], 0)
    this.sortEdges()
    for (let w = this.nodes.length - 1; w >= 0; w--) {
      const block = this.nodes[w].block
      if (block === null) continue
      const body = []
      for (const v of this.back[w]) {
        if (v === w) this.kind[w] = REPEATED
        else body.push(this.nodes[v].set())
      }
      if (body.length > 0) this.kind[w] = REDUCIBLE
      const todo = body.slice()
      for (let at = 0; at < todo.length; at++) {
        const preds = this.nonBack[todo[at].number]
        if (preds.length > 32 * 1024) return
        for (const v of preds) {
          const y = this.nodes[v].set()
          if (!this.isAncestor(w, y.number)) {
            this.kind[w] = IRREDUCIBLE
            add(this.nonBack[w], y.number)
          } else if (y.number !== w && !body.includes(y)) {
            todo.push(y)
            body.push(y)
          }
        }
      }
      if (body.length > 0 || this.kind[w] === REPEATED) this.unite(w, body, this.forest.add(block, this.kind[w] !== IRREDUCIBLE))
    }
  }
  unite(w, body, loop) {
    this.nodes[w].loop = loop
    for (const node of body) {
      this.header[node.number] = w
      node.parent = this.nodes[w]
      if (node.loop !== null) node.loop.setParent(loop)
      else add(loop.blocks, node.block)
    }
  }
}
function simulate(dummies) {
  const graph = new Graph(), forest = new LoopForest()
  graph.block(0)
  graph.baseLoop(0)
  graph.block(1)
  graph.connect(0, 2)
  for (let i = 0; i < dummies; i++) new Finder(graph, forest).run()
  graph.grow(10, 10, 5)
  new Finder(graph, forest).run()
  for (let i = 0; i < 50; i++) new Finder(graph, new LoopForest()).run()
  forest.nest()
  const loops = forest.loops.length, blocks = graph.blocks.length
  if (loops !== 6102 || blocks !== 5213) throw new Error(`wrong result: ${loops}, ${blocks}`)
  return loops + blocks + forest.root.nesting
}
let sum = 0
for (let i = 0; i < 6; i++) sum += simulate(1500)
console.log(sum)
