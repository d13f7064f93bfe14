// A kernel of an operating system with six tasks that send each other packets, 100 times 5, as in Are We Fast Yet.
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
enum { idler, worker, handler_a, handler_b, device_a, device_b, tasks };
enum kind { device_packet, work_packet };
struct packet {
    struct packet *next;
    int64_t task;
    enum kind kind;
    int64_t datum, data[4];
};
struct scheduler;
struct task {
    struct task *next;
    int64_t identity, priority;
    struct packet *input;
    bool pending, waiting, holding;
    struct task *(*run)(struct scheduler *, struct packet *);
    union {
        struct { int64_t control, count; } idle;
        struct { int64_t destination, count; } work;
        struct { struct packet *work, *device; } handle;
        struct { struct packet *pending; } serve;
    };
};
struct scheduler {
    struct task *tasks[tasks], *first, *current;
    int64_t queued, held;
};
static struct packet *packet(struct packet *next, int64_t task, enum kind kind) {
    struct packet *p = calloc(1, sizeof *p);
    p->next = next;
    p->task = task;
    p->kind = kind;
    return p;
}
static struct task *add(struct scheduler *s, int64_t identity, int64_t priority, struct packet *input, bool waiting,
                        struct task *(*run)(struct scheduler *, struct packet *)) {
    struct task *t = calloc(1, sizeof *t);
    t->next = s->first;
    t->identity = identity;
    t->priority = priority;
    t->input = input;
    t->pending = input;
    t->waiting = waiting;
    t->run = run;
    s->first = s->tasks[identity] = t;
    return t;
}
static struct packet *append(struct packet *p, struct packet *queue) {
    p->next = NULL;
    if (!queue) return p;
    struct packet *last = queue;
    while (last->next) last = last->next;
    last->next = p;
    return queue;
}
static struct task *hold(struct scheduler *s) {
    s->held++;
    s->current->holding = true;
    return s->current->next;
}
static struct task *wait(struct scheduler *s) {
    s->current->waiting = true;
    return s->current;
}
static struct task *release(struct scheduler *s, int64_t identity) {
    struct task *t = s->tasks[identity];
    t->holding = false;
    return t->priority > s->current->priority ? t : s->current;
}
static struct task *send(struct scheduler *s, struct packet *p) {
    struct task *to = s->tasks[p->task];
    s->queued++;
    p->task = s->current->identity;
    bool first = !to->input;
    to->input = append(p, to->input);
    if (!first) return s->current;
    to->pending = true;
    return to->priority > s->current->priority ? to : s->current;
}
static struct task *idle(struct scheduler *s, struct packet *p) {
    (void)p;
    struct task *t = s->current;
    if (--t->idle.count == 0) return hold(s);
    if (t->idle.control & 1) {
        t->idle.control = (t->idle.control >> 1) ^ 53256;
        return release(s, device_b);
    }
    t->idle.control >>= 1;
    return release(s, device_a);
}
static struct task *work(struct scheduler *s, struct packet *p) {
    if (!p) return wait(s);
    struct task *t = s->current;
    t->work.destination = t->work.destination == handler_a ? handler_b : handler_a;
    p->task = t->work.destination;
    p->datum = 0;
    for (int i = 0; i < 4; i++) {
        t->work.count = t->work.count % 26 + 1;
        p->data[i] = 64 + t->work.count;
    }
    return send(s, p);
}
static struct task *handle(struct scheduler *s, struct packet *p) {
    struct task *t = s->current;
    if (p && p->kind == work_packet) t->handle.work = append(p, t->handle.work);
    else if (p) t->handle.device = append(p, t->handle.device);
    struct packet *full = t->handle.work;
    if (!full) return wait(s);
    int64_t count = full->datum;
    if (count >= 4) {
        t->handle.work = full->next;
        return send(s, full);
    }
    struct packet *free = t->handle.device;
    if (!free) return wait(s);
    t->handle.device = free->next;
    free->datum = full->data[count];
    full->datum = count + 1;
    return send(s, free);
}
static struct task *serve(struct scheduler *s, struct packet *p) {
    struct packet *done = s->current->serve.pending;
    s->current->serve.pending = p;
    if (p) return hold(s);
    return done ? send(s, done) : wait(s);
}
static struct task *step(struct scheduler *s) {
    struct task *t = s->current;
    struct packet *p = NULL;
    if (t->pending && t->waiting && !t->holding) {
        p = t->input;
        t->input = p->next;
        t->pending = t->input;
        t->waiting = false;
    }
    return t->run(s, p);
}
static void run(struct scheduler *s) {
    for (struct task *t = s->first; t;) {
        if (t->holding || (t->waiting && !t->pending)) {
            t = t->next;
        } else {
            s->current = t;
            t = step(s);
        }
    }
}
static int64_t simulate(void) {
    struct scheduler s = {0};
    struct packet *packets[8], *queue = NULL;
    int made = 0;
    struct task *t = add(&s, idler, 0, NULL, false, idle);
    t->idle.control = 1;
    t->idle.count = 10000;
    for (int i = 0; i < 2; i++) queue = packets[made++] = packet(queue, worker, work_packet);
    add(&s, worker, 1000, queue, true, work)->work.destination = handler_a;
    for (int i = 0; i < 2; i++) {
        queue = NULL;
        for (int j = 0; j < 3; j++) queue = packets[made++] = packet(queue, device_a + i, device_packet);
        add(&s, handler_a + i, 2000 + 1000 * i, queue, true, handle);
    }
    add(&s, device_a, 4000, NULL, true, serve);
    add(&s, device_b, 5000, NULL, true, serve);
    run(&s);
    for (int i = 0; i < 8; i++) free(packets[i]);
    for (int i = 0; i < tasks; i++) free(s.tasks[i]);
    if (s.queued != 23246 || s.held != 9297) abort();
    return s.queued + s.held;
}
int main(void) {
    int64_t sum = 0;
    for (int i = 0; i < 500; i++) sum += simulate();
    printf("%lld\n", (long long)sum);
}
