// A network of 64-128-64-10 learns 25 batches of 32 samples, sixteen times over.
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#pragma STDC FP_CONTRACT OFF
enum { batch = 32 };
struct layer { int inputs, outputs; double *weights, *bias, *input, *sum; };
static int64_t seed = 42424242;
static double draw(void) {
    seed = (seed * 1664525 + 1013904223) % 4294967296;
    return (double)seed / 2147483648.0 - 1;
}
static struct layer layer(int inputs, int outputs) {
    struct layer l = {inputs, outputs, malloc(inputs * outputs * sizeof(double)), calloc(outputs, sizeof(double)),
                      malloc(batch * inputs * sizeof(double)), malloc(batch * outputs * sizeof(double))};
    for (int i = 0; i < inputs * outputs; i++) l.weights[i] = draw() / sqrt(inputs);
    return l;
}
static void forward(struct layer *l) {
    for (int n = 0; n < batch; n++) {
        double *restrict sum = l->sum + n * l->outputs;
        memcpy(sum, l->bias, l->outputs * sizeof *sum);
        for (int i = 0; i < l->inputs; i++) {
            double x = l->input[n * l->inputs + i];
            const double *restrict w = l->weights + i * l->outputs;
            for (int o = 0; o < l->outputs; o++) sum[o] += x * w[o];
        }
    }
}
static void backward(struct layer *l, const double *slopes, double *before, double rate) {
    for (int n = 0; n < batch; n++)
        for (int i = 0; i < l->inputs; i++) {
            double sum = 0;
            for (int o = 0; o < l->outputs; o++) sum += slopes[n * l->outputs + o] * l->weights[i * l->outputs + o];
            before[n * l->inputs + i] = sum;
        }
    for (int n = 0; n < batch; n++) {
        const double *restrict slope = slopes + n * l->outputs;
        for (int o = 0; o < l->outputs; o++) l->bias[o] -= rate * slope[o];
        for (int i = 0; i < l->inputs; i++) {
            double step = rate * l->input[n * l->inputs + i], *restrict w = l->weights + i * l->outputs;
            for (int o = 0; o < l->outputs; o++) w[o] -= step * slope[o];
        }
    }
}
static void relu(const struct layer *from, struct layer *to) {
    for (int i = 0; i < batch * from->outputs; i++) to->input[i] = from->sum[i] > 0 ? from->sum[i] : 0.01 * from->sum[i];
}
static void relu_slope(double *slope, const struct layer *l) {
    for (int i = 0; i < batch * l->outputs; i++)
        if (l->sum[i] <= 0) slope[i] *= 0.01;
}
int main(void) {
    volatile int rounds = 16;
    struct layer a = layer(64, 128), b = layer(128, 64), c = layer(64, 10);
    double loss = 0;
    static double slope[batch * 128], before[batch * 128], target[batch * 10];
    for (int round = 0; round < rounds; round++) {
        seed = 7;
        loss = 0;
        for (int k = 0; k < 25; k++) {
            memset(target, 0, sizeof target);
            for (int n = 0; n < batch; n++) {
                double sum = 0;
                for (int i = 0; i < 64; i++) sum += a.input[n * 64 + i] = draw();
                target[n * 10 + (int64_t)fabs(sum * 100) % 10] = 1;
            }
            forward(&a);
            relu(&a, &b);
            forward(&b);
            relu(&b, &c);
            forward(&c);
            for (int i = 0; i < batch * 10; i++) {
                slope[i] = c.sum[i] - target[i];
                loss += slope[i] * slope[i];
            }
            backward(&c, slope, before, 0.002);
            relu_slope(before, &b);
            backward(&b, before, slope, 0.002);
            relu_slope(slope, &a);
            backward(&a, slope, before, 0.002);
        }
    }
    printf("%.9f\n", loss / (25 * batch * 10));
}
