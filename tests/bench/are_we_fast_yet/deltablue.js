// An incremental solver of constraints by the DeltaBlue algorithm, on a chain and on a projection of 12 000 constraints, 20 times, as in
// Are We Fast Yet.
const REQUIRED = 0, PREFERRED = 1, STRONG_DEFAULT = 2, DEFAULT = 3, ABSOLUTE_WEAKEST = 4
const NONE = 0, FORWARD = 1, BACKWARD = 2
class Variable {
  constructor(value) {
    this.value = value
    this.constraints = []
    this.determinedBy = null
    this.walkStrength = ABSOLUTE_WEAKEST
    this.stay = true
    this.mark = 0
  }
  remove(constraint) {
    this.constraints = this.constraints.filter((other) => other !== constraint)
    if (this.determinedBy === constraint) this.determinedBy = null
  }
  addConsuming(to) {
    for (const c of this.constraints) if (c !== this.determinedBy && c.isSatisfied()) to.push(c)
  }
}
class Constraint {
  constructor(strength) {
    this.strength = strength
    this.direction = NONE
  }
  isSatisfied() {
    return this.direction !== NONE
  }
  isInput() {
    return false
  }
  addTo(planner) {
    for (const v of this.variables()) v.constraints.push(this)
    planner.incrementalAdd(this)
  }
  removeFromGraph() {
    for (const v of this.variables()) v.remove(this)
    this.direction = NONE
  }
  destroy(planner) {
    if (this.isSatisfied()) planner.incrementalRemove(this)
    this.removeFromGraph()
  }
  satisfy(mark, planner) {
    this.direction = this.choose(mark)
    if (!this.isSatisfied()) {
      if (this.strength === REQUIRED) throw new Error('a required constraint cannot be satisfied')
      return null
    }
    this.markInputs(mark)
    const out = this.output()
    const overridden = out.determinedBy
    if (overridden !== null) overridden.direction = NONE
    out.determinedBy = this
    if (!planner.addPropagate(this, mark)) throw new Error('the constraints form a circle')
    out.mark = mark
    return overridden
  }
}
class Unary extends Constraint {
  constructor(variable, strength, planner) {
    super(strength)
    this.variable = variable
    this.addTo(planner)
  }
  variables() {
    return [this.variable]
  }
  output() {
    return this.variable
  }
  choose(mark) {
    return this.variable.mark !== mark && this.strength < this.variable.walkStrength ? FORWARD : NONE
  }
  markInputs() {}
  isKnown() {
    return true
  }
  recalculate() {
    this.variable.walkStrength = this.strength
    this.variable.stay = !this.isInput()
  }
  execute() {}
}
class Stay extends Unary {}
class Edit extends Unary {
  isInput() {
    return true
  }
}
class Binary extends Constraint {
  constructor(from, to, strength) {
    super(strength)
    this.from = from
    this.to = to
  }
  variables() {
    return [this.from, this.to]
  }
  input() {
    return this.direction === FORWARD ? this.from : this.to
  }
  output() {
    return this.direction === BACKWARD ? this.from : this.to
  }
  choose(mark) {
    const forward = this.to.mark !== mark && this.strength < this.to.walkStrength ? FORWARD : NONE
    if (this.from.mark === mark) return forward
    const backward = this.strength < this.from.walkStrength ? BACKWARD : NONE
    return this.to.mark === mark || this.from.walkStrength > this.to.walkStrength ? backward : forward
  }
  markInputs(mark) {
    this.input().mark = mark
  }
  isKnown(mark) {
    const v = this.input()
    return v.mark === mark || v.stay || v.determinedBy === null
  }
  recalculate() {
    const input = this.input(), out = this.output()
    out.walkStrength = Math.max(this.strength, input.walkStrength)
    out.stay = input.stay
    if (out.stay) this.execute()
  }
}
class Equal extends Binary {
  constructor(from, to, strength, planner) {
    super(from, to, strength)
    this.addTo(planner)
  }
  execute() {
    this.output().value = this.input().value
  }
}
class Scale extends Binary {
  constructor(from, scale, offset, to, strength, planner) {
    super(from, to, strength)
    this.scale = scale
    this.offset = offset
    this.addTo(planner)
  }
  variables() {
    return [this.from, this.to, this.scale, this.offset]
  }
  markInputs(mark) {
    super.markInputs(mark)
    this.scale.mark = mark
    this.offset.mark = mark
  }
  recalculate() {
    const input = this.input(), out = this.output()
    out.walkStrength = Math.max(this.strength, input.walkStrength)
    out.stay = input.stay && this.scale.stay && this.offset.stay
    if (out.stay) this.execute()
  }
  execute() {
    if (this.direction === FORWARD) this.to.value = this.from.value * this.scale.value + this.offset.value
    else this.from.value = Math.trunc((this.to.value - this.offset.value) / this.scale.value)
  }
}
class Planner {
  constructor() {
    this.mark = 1
  }
  incrementalAdd(constraint) {
    const mark = ++this.mark
    while (constraint !== null) constraint = constraint.satisfy(mark, this)
  }
  incrementalRemove(constraint) {
    const out = constraint.output()
    constraint.direction = NONE
    constraint.removeFromGraph()
    for (const other of this.removePropagateFrom(out)) this.incrementalAdd(other)
  }
  addPropagate(constraint, mark) {
    const todo = [constraint]
    for (let at = 0; at < todo.length; at++) {
      const out = todo[at].output()
      if (out.mark === mark) {
        this.incrementalRemove(constraint)
        return false
      }
      todo[at].recalculate()
      out.addConsuming(todo)
    }
    return true
  }
  removePropagateFrom(out) {
    out.determinedBy = null
    out.walkStrength = ABSOLUTE_WEAKEST
    out.stay = true
    const unsatisfied = [], todo = [out]
    for (let at = 0; at < todo.length; at++) {
      const v = todo[at]
      for (const c of v.constraints) if (!c.isSatisfied()) unsatisfied.push(c)
      const consuming = []
      v.addConsuming(consuming)
      for (const c of consuming) {
        c.recalculate()
        todo.push(c.output())
      }
    }
    return unsatisfied.sort((a, b) => a.strength - b.strength)
  }
  plan(source) {
    const mark = ++this.mark, plan = [], todo = []
    if (source.isInput() && source.isSatisfied()) todo.push(source)
    for (let at = 0; at < todo.length; at++) {
      const c = todo[at], out = c.output()
      if (out.mark !== mark && c.isKnown(mark)) {
        plan.push(c)
        out.mark = mark
        out.addConsuming(todo)
      }
    }
    return plan
  }
  change(variable, value) {
    const edit = new Edit(variable, PREFERRED, this)
    const plan = this.plan(edit)
    for (let i = 0; i < 10; i++) {
      variable.value = value
      for (const c of plan) c.execute()
    }
    edit.destroy(this)
  }
}
function check(value, wanted) {
  if (value !== wanted) throw new Error(`wrong result: ${value}`)
}
function chain(n) {
  const planner = new Planner(), vars = []
  for (let i = 0; i <= n; i++) vars.push(new Variable(0))
  for (let i = 0; i < n; i++) new Equal(vars[i], vars[i + 1], REQUIRED, planner)
  new Stay(vars[n], STRONG_DEFAULT, planner)
  const edit = new Edit(vars[0], PREFERRED, planner)
  const plan = planner.plan(edit)
  for (let i = 0; i < 100; i++) {
    vars[0].value = i
    for (const c of plan) c.execute()
    check(vars[n].value, i)
  }
  edit.destroy(planner)
  return plan.length
}
function projection(n) {
  const planner = new Planner(), dests = [], scale = new Variable(10), offset = new Variable(1000)
  let source, dest
  for (let i = 1; i <= n; i++) {
    source = new Variable(i)
    dest = new Variable(i)
    dests.push(dest)
    new Stay(source, DEFAULT, planner)
    new Scale(source, scale, offset, dest, REQUIRED, planner)
  }
  planner.change(source, 17)
  check(dest.value, 1170)
  planner.change(dest, 1050)
  check(source.value, 5)
  planner.change(scale, 5)
  for (let i = 0; i < n - 1; i++) check(dests[i].value, (i + 1) * 5 + 1000)
  planner.change(offset, 2000)
  for (let i = 0; i < n - 1; i++) check(dests[i].value, (i + 1) * 5 + 2000)
  return dest.value
}
let sum = 0
for (let i = 0; i < 20; i++) sum += chain(12000) + projection(12000)
console.log(sum)
