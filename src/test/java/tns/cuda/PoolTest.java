package tns.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What the pool hands out never overlaps, is used again, and goes back to the driver when asked. */
class PoolTest {
    private static final long MIB = 1L << 20;

    private final MemoryOnlyDriver driver = new MemoryOnlyDriver(256 * MIB);
    private final Pool pool = new Pool(driver);

    @Test
    void smallBlocksShareASegment() {
        long first = pool.take(100);
        long second = pool.take(1);
        assertEquals(512, second - first);
        assertEquals(2 * MIB, driver.allocated());
    }

    @Test
    void whatIsGivenBackIsUsedAgain() {
        long first = pool.take(30 * MIB);
        pool.giveBack(first);
        assertEquals(first, pool.take(30 * MIB));
        assertEquals(30 * MIB, driver.allocated());
    }

    @Test
    void freeNeighboursJoin() {
        long a = pool.take(600_000);
        long b = pool.take(600_000);
        pool.take(600_000);
        pool.giveBack(a);
        pool.giveBack(b);
        assertEquals(a, pool.take(1_000_000));
        assertEquals(2 * MIB, driver.allocated());
    }

    @Test
    void aFullDeviceGivesNothing() {
        assertNotEquals(0, pool.take(200 * MIB));
        assertEquals(0, pool.take(100 * MIB));
    }

    @Test
    void trimGivesWholeSegmentsBack() {
        long small = pool.take(1000);
        long large = pool.take(100 * MIB);
        pool.giveBack(large);
        pool.trim();
        assertEquals(2 * MIB, driver.allocated());
        pool.giveBack(small);
        pool.trim();
        assertEquals(0, driver.allocated());
        assertEquals(0, pool.held());
    }

    @Test
    void segmentsGrowWithWhatIsHeld() {
        pool.take(100 * MIB);
        pool.take(1000);
        assertEquals(100 * MIB + 14 * MIB, driver.allocated());
    }

    @Test
    void givingBackTwiceIsAnError() {
        long address = pool.take(10);
        pool.giveBack(address);
        assertThrows(IllegalStateException.class, () -> pool.giveBack(address));
    }

    /** Random traffic; repeat a failure with {@code -Dtns.seed}. */
    @Test
    void livingBlocksNeverOverlap() {
        long seed = Long.getLong("tns.seed", System.nanoTime());
        SplittableRandom random = new SplittableRandom(seed);
        TreeMap<Long, Long> living = new TreeMap<>();
        Map<Integer, Long> byNumber = new HashMap<>();
        for (int i = 0; i < 20_000; i++) {
            int number = random.nextInt(60);
            Long old = byNumber.remove(number);
            if (old != null) {
                living.remove(old);
                pool.giveBack(old);
            }
            long size = 1 + (long) Math.pow(10, random.nextDouble() * 6.5);
            long address = pool.take(size);
            assertNotEquals(0, address, "-Dtns.seed=" + seed);
            Map.Entry<Long, Long> before = living.floorEntry(address);
            Map.Entry<Long, Long> after = living.ceilingEntry(address);
            assertTrue(before == null || before.getKey() + before.getValue() <= address, "-Dtns.seed=" + seed);
            assertTrue(after == null || address + size <= after.getKey(), "-Dtns.seed=" + seed);
            assertEquals(0, address % 512);
            living.put(address, size);
            byNumber.put(number, address);
        }
        byNumber.values().forEach(pool::giveBack);
        pool.trim();
        assertEquals(0, driver.allocated(), "-Dtns.seed=" + seed);
        assertEquals(0, pool.inUse());
    }
}
