/* The functions of cuBLAS that are called, over memory of the host and with the checks of the real ones on leading dims. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

typedef struct { int64_t stream; int64_t workspace; int64_t bytes; } Handle;

extern int lt_answer(void); /* of libcublasLt beside this library */

static int64_t open_handles;

int64_t stub_open_handles(void) { return open_handles; }

int64_t stub_workspace(Handle *h) { return h->workspace + h->bytes; }

int cublasCreate_v2(Handle **h) {
  *h = calloc(1, sizeof(Handle));
  open_handles++;
  return lt_answer() == 42 ? 0 : 1;
}

int cublasDestroy_v2(Handle *h) {
  free(h);
  open_handles--;
  return 0;
}

int cublasGetVersion_v2(Handle *h, int *version) {
  *version = 130100;
  return 0;
}

int cublasSetStream_v2(Handle *h, int64_t stream) {
  h->stream = stream;
  return stream == 666 ? 14 : 0;
}

int cublasSetWorkspace_v2(Handle *h, int64_t address, int64_t bytes) {
  h->workspace = address;
  h->bytes = bytes;
  return 0;
}

static double element(const void *a, int type, int64_t at, int compute) {
  uint32_t bits;
  float value;
  if (type == 1) {
    return ((const double *)a)[at];
  }
  if (type == 14) {
    bits = (uint32_t)((const uint16_t *)a)[at] << 16;
  } else {
    memcpy(&bits, (const char *)a + 4 * at, 4);
  }
  if (compute == 77) {
    bits &= 0xFFFFE000u; /* 10 bits behind the point, cut: so that a test sees which arithmetic was asked for */
  }
  memcpy(&value, &bits, 4);
  return value;
}

int cublasGemmStridedBatchedEx(Handle *h, int ta, int tb, int m, int n, int k, const void *alpha, const void *a, int at,
                               int lda, int64_t sa, const void *b, int bt, int ldb, int64_t sb, const void *beta, void *c,
                               int ct, int ldc, int64_t sc, int batches, int compute, int algorithm) {
  int doubles = at == 1;
  if (h->stream != 7 || at != bt || ct != (doubles ? 1 : 0) || algorithm != -1) return 15;
  if (doubles ? compute != 70 : compute != 68 && !(compute == 77 && at == 0)) return 15;
  if ((doubles ? *(const double *)alpha : *(const float *)alpha) != 1) return 7;
  if ((doubles ? *(const double *)beta : *(const float *)beta) != 0) return 7;
  if (m < 1 || n < 1 || k < 1 || lda < (ta ? k : m) || ldb < (tb ? n : k) || ldc < m) return 7;
  for (int batch = 0; batch < batches; batch++) {
    for (int j = 0; j < n; j++) {
      for (int i = 0; i < m; i++) {
        double sum = 0;
        for (int p = 0; p < k; p++) {
          int64_t x = batch * sa + (ta ? p + (int64_t)i * lda : i + (int64_t)p * lda);
          int64_t y = batch * sb + (tb ? j + (int64_t)p * ldb : p + (int64_t)j * ldb);
          sum += element(a, at, x, compute) * element(b, bt, y, compute);
        }
        int64_t z = batch * sc + i + (int64_t)j * ldc;
        if (doubles) {
          ((double *)c)[z] = sum;
        } else {
          ((float *)c)[z] = (float)sum;
        }
      }
    }
  }
  return 0;
}

int cublasGemmEx(Handle *h, int ta, int tb, int m, int n, int k, const void *alpha, const void *a, int at, int lda,
                 const void *b, int bt, int ldb, const void *beta, void *c, int ct, int ldc, int compute, int algorithm) {
  return cublasGemmStridedBatchedEx(h, ta, tb, m, n, k, alpha, a, at, lda, 0, b, bt, ldb, 0, beta, c, ct, ldc, 0, 1,
                                    compute, algorithm);
}
