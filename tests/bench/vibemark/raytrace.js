// 60 mirrors on a chequered floor under one lamp, 960 * 640 points, up to 4 reflections.
const width = 960, height = 640, deepest = 4;
const { floor, sqrt } = Math;
class Vec {
  constructor(x, y, z) { this.x = x; this.y = y; this.z = z; }
  add(b) { return new Vec(this.x + b.x, this.y + b.y, this.z + b.z); }
  sub(b) { return new Vec(this.x - b.x, this.y - b.y, this.z - b.z); }
  mul(k) { return new Vec(this.x * k, this.y * k, this.z * k); }
  dot(b) { return this.x * b.x + this.y * b.y + this.z * b.z; }
  unit() { return this.mul(1 / sqrt(this.dot(this))); }
}
const spheres = [], lamp = new Vec(-20, 40, -30);
// 0 if it is not met.
function distance(s, from, along) {
  const to = s.at.sub(from);
  const b = to.dot(along);
  const c = b * b - to.dot(to) + s.radius * s.radius;
  if (c <= 0) return 0;
  const t = b - sqrt(c);
  return t > 0.0001 ? t : 0;
}
function meet(from, along) {
  let nearest = 1000.0, which = null;
  for (const s of spheres) {
    const t = distance(s, from, along);
    if (t > 0 && t < nearest) { nearest = t; which = s; }
  }
  if (along.y < 0) {
    const t = -from.y / along.y;
    if (t > 0.0001 && t < nearest) {
      const at = from.add(along.mul(t));
      const odd = (floor(at.x + 10000) + floor(at.z + 10000)) % 2 === 1;
      return { at, normal: new Vec(0, 1, 0), color: odd ? new Vec(0.9, 0.9, 0.9) : new Vec(0.1, 0.1, 0.2), mirror: 0.2 };
    }
  }
  if (!which) return null;
  const at = from.add(along.mul(nearest));
  return { at, normal: at.sub(which.at).mul(1 / which.radius), color: which.color, mirror: which.mirror };
}
function isDark(at) {
  const along = lamp.sub(at).unit();
  return spheres.some((s) => distance(s, at, along) > 0);
}
function trace(from, along, depth) {
  const hit = meet(from, along);
  if (!hit) return new Vec(0.3, 0.5, 0.8).mul(1 - 0.5 * along.y);
  const facing = hit.normal.dot(lamp.sub(hit.at).unit());
  const light = facing > 0 && !isDark(hit.at) ? 0.1 + 0.9 * facing : 0.1;
  const own = hit.color.mul(light * (1 - hit.mirror));
  if (depth === deepest) return own;
  const back = along.sub(hit.normal.mul(2 * along.dot(hit.normal)));
  return own.add(trace(hit.at, back, depth + 1).mul(hit.mirror));
}
let seed = 42;
for (let i = 0; i < 60; i++) {
  const d = [];
  for (let k = 0; k < 8; k++) {
    seed = (seed * 1664525 + 1013904223) % 4294967296;
    d.push(seed / 4294967296);
  }
  const radius = 0.3 + d[0] * 0.7;
  const at = new Vec(d[1] * 16 - 8, radius + d[2] * 4, d[3] * 16 - 2);
  spheres.push({ at, radius, color: new Vec(d[4], d[5], d[6]), mirror: d[7] * 0.6 });
}
const eye = new Vec(0, 3, -12);
let hash = 0;
for (let y = 0; y < height; y++)
  for (let x = 0; x < width; x++) {
    const color = trace(eye, new Vec((x - 480) / 640, (320 - y) / 640, 1).unit(), 0);
    for (const part of [color.x, color.y, color.z]) hash = (hash * 31 + floor(part * 255)) % 16777216;
  }
console.log(String(hash));
