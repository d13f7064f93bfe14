// An incremental solver of constraints by the DeltaBlue algorithm, on a chain and on a projection of 12 000 constraints, 20 times, as in
// Are We Fast Yet.
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
enum strength { required, preferred, strong_default, normal_default, absolute_weakest };
enum direction { none, forward, backward };
enum kind { stay, edit, equal, scaled };
struct constraint;
struct constraints {
    struct constraint **at;
    int64_t count, room;
};
struct variable {
    int64_t value;
    struct constraints constraints;
    struct constraint *determined_by;
    enum strength walk_strength;
    bool stay;
    int64_t mark;
};
struct constraint {
    enum kind kind;
    enum strength strength;
    enum direction direction;
    struct variable *from, *to, *scale, *offset;
};
struct planner {
    struct constraints all;
    int64_t mark;
};
static void push(struct constraints *list, struct constraint *c) {
    if (list->count == list->room) {
        list->room = list->room ? list->room * 2 : 4;
        list->at = realloc(list->at, list->room * sizeof *list->at);
    }
    list->at[list->count++] = c;
}
static bool is_unary(const struct constraint *c) { return c->kind == stay || c->kind == edit; }
static bool is_satisfied(const struct constraint *c) { return c->direction != none; }
static struct variable *input(const struct constraint *c) { return c->direction == forward ? c->from : c->to; }
static struct variable *output(const struct constraint *c) { return c->direction == backward ? c->from : c->to; }
static struct variable *variable(int64_t value) {
    struct variable *v = calloc(1, sizeof *v);
    v->value = value;
    v->walk_strength = absolute_weakest;
    v->stay = true;
    return v;
}
static void drop_variable(struct variable *v) {
    free(v->constraints.at);
    free(v);
}
static void remove_from(struct variable *v, const struct constraint *c) {
    int64_t kept = 0;
    for (int64_t i = 0; i < v->constraints.count; i++)
        if (v->constraints.at[i] != c) v->constraints.at[kept++] = v->constraints.at[i];
    v->constraints.count = kept;
    if (v->determined_by == c) v->determined_by = NULL;
}
static void remove_from_graph(struct constraint *c) {
    remove_from(c->to, c);
    if (!is_unary(c)) remove_from(c->from, c);
    if (c->kind == scaled) {
        remove_from(c->scale, c);
        remove_from(c->offset, c);
    }
    c->direction = none;
}
static void execute(struct constraint *c) {
    if (c->kind == equal) {
        output(c)->value = input(c)->value;
    } else if (c->kind == scaled) {
        if (c->direction == forward) c->to->value = c->from->value * c->scale->value + c->offset->value;
        else c->from->value = (c->to->value - c->offset->value) / c->scale->value;
    }
}
static void recalculate(struct constraint *c) {
    struct variable *out = output(c);
    if (is_unary(c)) {
        out->walk_strength = c->strength;
        out->stay = c->kind == stay;
        return;
    }
    struct variable *in = input(c);
    out->walk_strength = c->strength < in->walk_strength ? in->walk_strength : c->strength;
    out->stay = in->stay && (c->kind != scaled || (c->scale->stay && c->offset->stay));
    if (out->stay) execute(c);
}
static void add_consuming(const struct variable *v, struct constraints *to) {
    for (int64_t i = 0; i < v->constraints.count; i++) {
        struct constraint *c = v->constraints.at[i];
        if (c != v->determined_by && is_satisfied(c)) push(to, c);
    }
}
static int by_strength(const void *a, const void *b) {
    const struct constraint *const *x = a, *const *y = b;
    return (int)(*x)->strength - (int)(*y)->strength;
}
static struct constraints remove_propagate_from(struct variable *out) {
    out->determined_by = NULL;
    out->walk_strength = absolute_weakest;
    out->stay = true;
    struct constraints unsatisfied = {0}, consuming = {0};
    int64_t count = 1, room = 4;
    struct variable **todo = malloc(room * sizeof *todo);
    todo[0] = out;
    for (int64_t at = 0; at < count; at++) {
        struct variable *v = todo[at];
        for (int64_t i = 0; i < v->constraints.count; i++)
            if (!is_satisfied(v->constraints.at[i])) push(&unsatisfied, v->constraints.at[i]);
        consuming.count = 0;
        add_consuming(v, &consuming);
        for (int64_t i = 0; i < consuming.count; i++) {
            recalculate(consuming.at[i]);
            if (count == room) todo = realloc(todo, (room *= 2) * sizeof *todo);
            todo[count++] = output(consuming.at[i]);
        }
    }
    free(todo);
    free(consuming.at);
    if (unsatisfied.count) qsort(unsatisfied.at, unsatisfied.count, sizeof *unsatisfied.at, by_strength);
    return unsatisfied;
}
static void incremental_add(struct planner *p, struct constraint *c);
static void incremental_remove(struct planner *p, struct constraint *c) {
    struct variable *out = output(c);
    c->direction = none;
    remove_from_graph(c);
    struct constraints unsatisfied = remove_propagate_from(out);
    for (int64_t i = 0; i < unsatisfied.count; i++) incremental_add(p, unsatisfied.at[i]);
    free(unsatisfied.at);
}
static bool add_propagate(struct planner *p, struct constraint *c, int64_t mark) {
    struct constraints todo = {0};
    push(&todo, c);
    for (int64_t at = 0; at < todo.count; at++) {
        struct constraint *next = todo.at[at];
        struct variable *out = output(next);
        if (out->mark == mark) {
            incremental_remove(p, c);
            free(todo.at);
            return false;
        }
        recalculate(next);
        add_consuming(out, &todo);
    }
    free(todo.at);
    return true;
}
static enum direction choose(const struct constraint *c, int64_t mark) {
    enum direction f = c->to->mark != mark && c->strength < c->to->walk_strength ? forward : none;
    if (is_unary(c) || c->from->mark == mark) return f;
    enum direction b = c->strength < c->from->walk_strength ? backward : none;
    return c->to->mark == mark || c->from->walk_strength > c->to->walk_strength ? b : f;
}
static struct constraint *satisfy(struct planner *p, struct constraint *c, int64_t mark) {
    c->direction = choose(c, mark);
    if (!is_satisfied(c)) {
        if (c->strength == required) abort();
        return NULL;
    }
    if (!is_unary(c)) input(c)->mark = mark;
    if (c->kind == scaled) c->scale->mark = c->offset->mark = mark;
    struct variable *out = output(c);
    struct constraint *overridden = out->determined_by;
    if (overridden) overridden->direction = none;
    out->determined_by = c;
    if (!add_propagate(p, c, mark)) abort();
    out->mark = mark;
    return overridden;
}
static void incremental_add(struct planner *p, struct constraint *c) {
    int64_t mark = ++p->mark;
    while (c) c = satisfy(p, c, mark);
}
static struct constraint *add(struct planner *p, struct constraint constraint) {
    struct constraint *c = malloc(sizeof *c);
    *c = constraint;
    push(&p->all, c);
    if (!is_unary(c)) push(&c->from->constraints, c);
    push(&c->to->constraints, c);
    if (c->kind == scaled) {
        push(&c->scale->constraints, c);
        push(&c->offset->constraints, c);
    }
    incremental_add(p, c);
    return c;
}
static void destroy(struct planner *p, struct constraint *c) {
    if (is_satisfied(c)) incremental_remove(p, c);
    remove_from_graph(c);
}
static void drop_planner(struct planner *p) {
    for (int64_t i = 0; i < p->all.count; i++) free(p->all.at[i]);
    free(p->all.at);
}
static bool is_known(const struct constraint *c, int64_t mark) {
    if (is_unary(c)) return true;
    const struct variable *v = input(c);
    return v->mark == mark || v->stay || !v->determined_by;
}
static struct constraints plan(struct planner *p, struct constraint *source) {
    int64_t mark = ++p->mark;
    struct constraints plan = {0}, todo = {0};
    if (source->kind == edit && is_satisfied(source)) push(&todo, source);
    for (int64_t at = 0; at < todo.count; at++) {
        struct constraint *c = todo.at[at];
        struct variable *out = output(c);
        if (out->mark != mark && is_known(c, mark)) {
            push(&plan, c);
            out->mark = mark;
            add_consuming(out, &todo);
        }
    }
    free(todo.at);
    return plan;
}
static void run(const struct constraints *plan) {
    for (int64_t i = 0; i < plan->count; i++) execute(plan->at[i]);
}
static void change(struct planner *p, struct variable *v, int64_t value) {
    struct constraint *e = add(p, (struct constraint){edit, preferred, none, v, v, NULL, NULL});
    struct constraints found = plan(p, e);
    for (int i = 0; i < 10; i++) {
        v->value = value;
        run(&found);
    }
    free(found.at);
    destroy(p, e);
}
static int64_t chain(int64_t n) {
    struct planner p = {{0}, 1};
    struct variable **vars = malloc((n + 1) * sizeof *vars);
    for (int64_t i = 0; i <= n; i++) vars[i] = variable(0);
    for (int64_t i = 0; i < n; i++) add(&p, (struct constraint){equal, required, none, vars[i], vars[i + 1], NULL, NULL});
    add(&p, (struct constraint){stay, strong_default, none, vars[n], vars[n], NULL, NULL});
    struct constraint *e = add(&p, (struct constraint){edit, preferred, none, vars[0], vars[0], NULL, NULL});
    struct constraints found = plan(&p, e);
    for (int64_t i = 0; i < 100; i++) {
        vars[0]->value = i;
        run(&found);
        if (vars[n]->value != i) abort();
    }
    destroy(&p, e);
    free(found.at);
    for (int64_t i = 0; i <= n; i++) drop_variable(vars[i]);
    free(vars);
    drop_planner(&p);
    return found.count;
}
static int64_t projection(int64_t n) {
    struct planner p = {{0}, 1};
    struct variable **sources = malloc(n * sizeof *sources), **dests = malloc(n * sizeof *dests);
    struct variable *scale = variable(10), *offset = variable(1000);
    for (int64_t i = 0; i < n; i++) {
        sources[i] = variable(i + 1);
        dests[i] = variable(i + 1);
        add(&p, (struct constraint){stay, normal_default, none, sources[i], sources[i], NULL, NULL});
        add(&p, (struct constraint){scaled, required, none, sources[i], dests[i], scale, offset});
    }
    change(&p, sources[n - 1], 17);
    if (dests[n - 1]->value != 1170) abort();
    change(&p, dests[n - 1], 1050);
    if (sources[n - 1]->value != 5) abort();
    change(&p, scale, 5);
    for (int64_t i = 0; i < n - 1; i++)
        if (dests[i]->value != (i + 1) * 5 + 1000) abort();
    change(&p, offset, 2000);
    for (int64_t i = 0; i < n - 1; i++)
        if (dests[i]->value != (i + 1) * 5 + 2000) abort();
    int64_t last = dests[n - 1]->value;
    for (int64_t i = 0; i < n; i++) {
        drop_variable(sources[i]);
        drop_variable(dests[i]);
    }
    drop_variable(scale);
    drop_variable(offset);
    free(sources);
    free(dests);
    drop_planner(&p);
    return last;
}
int main(void) {
    int64_t sum = 0;
    for (int i = 0; i < 20; i++) {
        sum += chain(12000);
        sum += projection(12000);
    }
    printf("%lld\n", (long long)sum);
}
