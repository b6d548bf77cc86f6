package tns.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

/** When the collector is asked, with a heap and a clock that are only numbers. */
class HeapGoalTest {
    private static final long MEBIBYTE = 1 << 20;

    /** Mebibytes that live, and those that are dead. */
    private long living;

    private long dead;
    private long now;
    private int asked;

    /** What a collection takes. */
    private long pause;

    private final HeapGoal goal = new HeapGoal(
            () -> (living + dead) * MEBIBYTE,
            () -> {
                asked++;
                dead = 0;
                now += pause;
            },
            () -> now);

    /** Makes arrays that are dead at once. */
    private void churn(int arrays, long mebibytes) {
        for (int i = 0; i < arrays; i++) {
            goal.makeRoom(mebibytes * MEBIBYTE);
            dead += mebibytes;
        }
    }

    @Test
    void asksWhenHalfAGibibyteMayBeDead() {
        churn(51, 10);
        assertEquals(0, asked);
        churn(1, 10);
        assertEquals(1, asked);
        assertEquals(10, dead);
        churn(50, 10);
        assertEquals(1, asked);
        churn(1, 10);
        assertEquals(2, asked);
    }

    @Test
    void letsAsMuchDieAsLives() {
        living = 2000;
        churn(1, 10);
        assertEquals(1, asked);
        churn(250, 10);
        assertEquals(1, asked, "2000 live, 2510 are dead");
        churn(1, 10);
        assertEquals(2, asked);
    }

    @Test
    void asksLessOftenWhereItTakesLong() {
        pause = 1_000_000_000; // first touches of 3815 MiB
        churn(52, 10);
        assertEquals(1, asked);
        churn(431, 10);
        assertEquals(1, asked);
        churn(1, 10);
        assertEquals(2, asked);
    }

    @Test
    void looksOnceInAMebibyte() {
        dead = 5000;
        for (int i = 0; i < 3; i++) {
            goal.makeRoom(MEBIBYTE / 4);
        }
        assertEquals(0, asked);
        goal.makeRoom(MEBIBYTE / 4);
        assertEquals(1, asked);
    }
}
