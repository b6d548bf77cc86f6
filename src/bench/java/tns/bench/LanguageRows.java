package tns.bench;

import java.util.List;

/** The rows that measure the language itself: loops, calls and elements set one by one. */
final class LanguageRows {
    private LanguageRows() {}

    static List<Row> all() {
        return List.of(loop(), fib(), fill());
    }

    private static Row loop() {
        return Row.of("while loop of 100 000 turns, integers", """
            fn count(n) {
              i = 0
              s = 0
              while i < n {
                s = (s + i * 3) % 1000003
                i += 1
              }
              return s
            }
            """, "r = count(100000)")
                .python(2, """
                    def count(n):
                        i = 0
                        s = 0
                        while i < n:
                            s = (s + i * 3) % 1000003
                            i += 1
                        return s
                    """, "r = count(100000)");
    }

    private static Row fib() {
        return Row.of(
                        "fib(27), recursive",
                        "fn fib(n) = if n < 2 { n } else { fib(n - 1) + fib(n - 2) }",
                        "r = fib(27)")
                .python(2, """
                    def fib(n):
                        return n if n < 2 else fib(n - 1) + fib(n - 2)
                    """, "r = fib(27)");
    }

    private static Row fill() {
        return Row.of("x[i] = i for a million i", "x = zeros(1000000)", "for i in 0..1000000 { x[i] = i }")
                .limit("limit", 1, 0.1);
    }
}
