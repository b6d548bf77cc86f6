package tns.bench;

import java.util.List;

/** The rows that measure the language itself: a whole process, loops, calls and elements set one by one. */
final class LanguageRows {
    private LanguageRows() {}

    static List<Row> all() {
        return List.of(process(), loop(), fib(), fill());
    }

    /** The rivals' times are what the reference machine (AMD EPYC, two cores) needs for the same numbers. */
    private static Row process() {
        return Row.process("whole process: start, the tutorial's numbers, exit", "bin/tns", "examples/tutorial.tns")
                .limit("PyTorch 2.6, recorded", 6, 2.3)
                .limit("PyTorch 1.13, recorded", 3, 1.03);
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
