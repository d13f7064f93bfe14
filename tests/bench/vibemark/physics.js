// 1500 disks fall into a box: pairs by sort and sweep, five rounds of impulses a step, 2000 steps.
const count = 1500, steps = 2000, rounds = 5, size = 100.0, step = 0.015625;
const { floor, sqrt } = Math;
const bodies = [], order = [];
let contacts = [];
function integrate() {
  for (const body of bodies) {
    body.vy -= 10 * step;
    body.x += body.vx * step;
    body.y += body.vy * step;
    if (body.x < body.radius) { body.x = body.radius; body.vx = -body.vx * 0.5; }
    else if (body.x > size - body.radius) { body.x = size - body.radius; body.vx = -body.vx * 0.5; }
    if (body.y < body.radius) { body.y = body.radius; body.vy = -body.vy * 0.5; }
  }
}
function sort() {
  for (let i = 1; i < count; i++) {
    const moved = order[i], edge = moved.x - moved.radius;
    let at = i;
    while (at > 0) {
      const before = order[at - 1];
      if (before.x - before.radius <= edge) break;
      order[at] = before;
      at--;
    }
    order[at] = moved;
  }
}
function collide() {
  contacts = [];
  for (let i = 0; i < count; i++) {
    const a = order[i];
    for (let k = i + 1; k < count; k++) {
      const b = order[k];
      if (b.x - b.radius > a.x + a.radius) break;
      const dx = b.x - a.x, dy = b.y - a.y, reach = a.radius + b.radius, square = dx * dx + dy * dy;
      if (square < reach * reach && square > 0) {
        const distance = sqrt(square);
        contacts.push({ a, b, nx: dx / distance, ny: dy / distance, depth: reach - distance });
      }
    }
  }
}
function solve() {
  for (const { a, b, nx, ny, depth } of contacts) {
    const speed = (b.vx - a.vx) * nx + (b.vy - a.vy) * ny;
    const push = (depth * 2 - speed * 1.25) / (a.weight + b.weight);
    if (push <= 0) continue;
    a.vx -= push * a.weight * nx;
    a.vy -= push * a.weight * ny;
    b.vx += push * b.weight * nx;
    b.vy += push * b.weight * ny;
  }
}
let seed = 42;
function draw() {
  seed = (seed * 1664525 + 1013904223) % 4294967296;
  return floor(seed / 65536);
}
for (let i = 0; i < count; i++) {
  const radius = 0.4 + (draw() % 64) / 100;
  const x = 1.5 + (draw() % 9700) / 100;
  bodies.push({ x, y: 2 + i / 4, vx: 0, vy: 0, radius, weight: 1 / (radius * radius) });
  order.push(bodies[i]);
}
for (let i = 0; i < steps; i++) {
  integrate();
  sort();
  collide();
  for (let k = 0; k < rounds; k++) solve();
}
let hash = 0;
for (const body of bodies) hash = (hash * 31 + floor(body.x * 1000) + floor(body.y * 1000)) % 16777216;
console.log(contacts.length + " " + hash);
