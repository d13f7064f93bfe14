// A document of 27 kB parsed 100 times 20, as in Are We Fast Yet; the document is made here, of the same shape as the one there.
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
enum kind { null_value, bool_value, number_value, text_value, list_value, object_value };
struct json {
    enum kind kind;
    bool value;
    int64_t count, room;
    char *text;
    struct json **values;
    char **names;
};
struct parser {
    const char *text;
    int64_t length, at, line;
};
static _Noreturn void expected(struct parser *p, const char *what) {
    fprintf(stderr, "line %lld: expected %s\n", (long long)p->line, what);
    exit(1);
}
static int current(const struct parser *p) { return p->at < p->length ? (unsigned char)p->text[p->at] : -1; }
static void advance(struct parser *p) {
    if (current(p) == '\n') p->line++;
    p->at++;
}
static bool reads(struct parser *p, int byte) {
    if (current(p) != byte) return false;
    advance(p);
    return true;
}
static void skip_space(struct parser *p) {
    for (int c; (c = current(p)) == ' ' || c == '\t' || c == '\n' || c == '\r';) advance(p);
}
static struct json *make(enum kind kind) {
    struct json *j = calloc(1, sizeof *j);
    j->kind = kind;
    return j;
}
static void drop(struct json *j) {
    for (int64_t i = 0; i < j->count; i++) {
        drop(j->values[i]);
        if (j->names) free(j->names[i]);
    }
    free(j->values);
    free(j->names);
    free(j->text);
    free(j);
}
static void add(struct json *j, char *name, struct json *value) {
    if (j->count == j->room) {
        j->room = j->room ? j->room * 2 : 8;
        j->values = realloc(j->values, j->room * sizeof *j->values);
        if (name) j->names = realloc(j->names, j->room * sizeof *j->names);
    }
    if (name) j->names[j->count] = name;
    j->values[j->count++] = value;
}
static const struct json *member(const struct json *j, const char *name) {
    for (int64_t i = 0; i < j->count; i++)
        if (strcmp(j->names[i], name) == 0) return j->values[i];
    return NULL;
}
static char *slice(const struct parser *p, int64_t start) {
    char *text = malloc(p->at - start + 1);
    memcpy(text, p->text + start, p->at - start);
    text[p->at - start] = 0;
    return text;
}
static char escape(struct parser *p) {
    advance(p);
    int c = current(p);
    advance(p);
    switch (c) {
    case '"':
    case '/':
    case '\\': return (char)c;
    case 'b': return '\b';
    case 'f': return '\f';
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    default: expected(p, "an escape sequence");
    }
}
static char *string(struct parser *p) {
    advance(p);
    char *captured = NULL;
    int64_t length = 0, start = p->at;
    for (int c; (c = current(p)) != '"';) {
        if (c < 0) expected(p, "'\"'");
        if (c != '\\') {
            advance(p);
            continue;
        }
        int64_t more = p->at - start;
        captured = realloc(captured, length + more + 1);
        memcpy(captured + length, p->text + start, more);
        length += more;
        captured[length++] = escape(p);
        start = p->at;
    }
    char *last;
    if (captured) {
        last = realloc(captured, length + p->at - start + 1);
        memcpy(last + length, p->text + start, p->at - start);
        last[length + p->at - start] = 0;
    } else {
        last = slice(p, start);
    }
    advance(p);
    return last;
}
static bool digits(struct parser *p) {
    int64_t start = p->at;
    for (int c; (c = current(p)) >= '0' && c <= '9';) advance(p);
    return p->at > start;
}
static struct json *number(struct parser *p) {
    int64_t start = p->at;
    reads(p, '-');
    if (!reads(p, '0') && !digits(p)) expected(p, "a digit");
    if (reads(p, '.') && !digits(p)) expected(p, "a digit");
    if (reads(p, 'e') || reads(p, 'E')) {
        if (!reads(p, '+')) reads(p, '-');
        if (!digits(p)) expected(p, "a digit");
    }
    struct json *j = make(number_value);
    j->text = slice(p, start);
    return j;
}
static struct json *literal(struct parser *p, const char *word, enum kind kind, bool value) {
    for (; *word; word++)
        if (!reads(p, *word)) expected(p, "a literal");
    struct json *j = make(kind);
    j->value = value;
    return j;
}
static struct json *value(struct parser *p);
static struct json *list(struct parser *p) {
    advance(p);
    struct json *j = make(list_value);
    skip_space(p);
    if (reads(p, ']')) return j;
    do {
        skip_space(p);
        add(j, NULL, value(p));
        skip_space(p);
    } while (reads(p, ','));
    if (!reads(p, ']')) expected(p, "',' or ']'");
    return j;
}
static struct json *object(struct parser *p) {
    advance(p);
    struct json *j = make(object_value);
    skip_space(p);
    if (reads(p, '}')) return j;
    do {
        skip_space(p);
        if (current(p) != '"') expected(p, "a name");
        char *name = string(p);
        skip_space(p);
        if (!reads(p, ':')) expected(p, "':'");
        skip_space(p);
        add(j, name, value(p));
        skip_space(p);
    } while (reads(p, ','));
    if (!reads(p, '}')) expected(p, "',' or '}'");
    return j;
}
static struct json *value(struct parser *p) {
    int c = current(p);
    if (c == '-' || (c >= '0' && c <= '9')) return number(p);
    switch (c) {
    case 'n': return literal(p, "null", null_value, false);
    case 't': return literal(p, "true", bool_value, true);
    case 'f': return literal(p, "false", bool_value, false);
    case '"': {
        struct json *j = make(text_value);
        j->text = string(p);
        return j;
    }
    case '[': return list(p);
    case '{': return object(p);
    default: expected(p, "a value");
    }
}
static struct json *parse(struct parser *p) {
    skip_space(p);
    struct json *j = value(p);
    skip_space(p);
    if (p->at < p->length) expected(p, "the end");
    return j;
}
static char *document(void) {
    char *text = malloc(65536), *to = text;
    to += sprintf(to, "{\"head\":{\"requestCounter\":4},\"operations\":[");
    for (int i = 0; i < 156; i++) {
        if (i > 0) *to++ = ',';
        if (i < 38) {
            to += sprintf(to, "[\"set\",\"w%d\",{\"bounds\":[10,%d,988,402],\"tabIndex\":-1,\"visible\":true,\"markupEnabled\":false,", i, i * 7);
            to += sprintf(to, "\"font\":[[\"Verdana\",\"Sans \\\"Serif\\\"\"],10,false,false]}]");
        } else {
            to += sprintf(to, "[\"create\",\"w%d\",\"rwt.widgets.GridItem\",{\"parent\":\"w99\",\"index\":%d,\"texts\":[\"%d\"", i, i - 38, i - 37);
            to += sprintf(to, ",\"Nn\",\"Number\",\"Poor metal\",\"%d\",\"%d\"],\"cellBackgrounds\":[null,null,null,[", i % 18 + 1, i % 7 + 1);
            to += sprintf(to, "%d,%d,%d,255],null,null]}]", i * 3 % 256, i * 5 % 256, i * 7 % 256);
        }
    }
    sprintf(to, "]}");
    return text;
}
int main(void) {
    char *text = document();
    int64_t sum = 0, length = (int64_t)strlen(text);
    for (int i = 0; i < 2000; i++) {
        struct parser p = {text, length, 0, 1};
        struct json *j = parse(&p);
        if (j->kind != object_value) abort();
        const struct json *head = member(j, "head"), *operations = member(j, "operations");
        if (!head || head->kind != object_value || !operations || operations->kind != list_value || operations->count != 156) abort();
        sum += operations->count;
        drop(j);
    }
    printf("%lld %lld\n", (long long)length, (long long)sum);
    free(text);
}
