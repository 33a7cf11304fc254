import java.util.Date;
import java.util.TimeZone;
import org.quartz.CronExpression;

/**
 * Asks org.quartz.CronExpression what quartz.bench.ts asks the others. Run by it:
 * java -cp $QUARTZ_JAR QuartzBench.java expression... Prints a line for each expression: text, ns per next in UTC and in
 * Europe/Berlin, ns per parse, between tabs.
 */
public class QuartzBench {
    private static final Date START = new Date(1767225600000L);
    private static final int SAMPLES = 40;
    private static final long SAMPLE_NS = 3_000_000L;

    private static Object sink;

    private interface Call {
        Object run() throws Exception;
    }

    public static void main(String[] expressions) throws Exception {
        for (String text : expressions) {
            System.out.println(String.join("\t", text, nextTime(text, "UTC"), nextTime(text, "Europe/Berlin"),
                    String.valueOf(callTime(() -> new CronExpression(text)))));
        }
    }

    private static String nextTime(String text, String zone) throws Exception {
        CronExpression expression = new CronExpression(text);
        expression.setTimeZone(TimeZone.getTimeZone(zone));
        Date[] after = {START};
        return String.valueOf(callTime(() -> {
            Date next = expression.getNextValidTimeAfter(after[0]);
            after[0] = next == null ? START : next;
            return next;
        }));
    }

    /** ns per call: the best of some samples, each as many calls as fill some ms. */
    private static double callTime(Call call) throws Exception {
        long calls = 1;
        double best = Double.POSITIVE_INFINITY;
        for (int sample = 0; sample < SAMPLES;) {
            long begin = System.nanoTime();
            for (long index = 0; index < calls; index++) sink = call.run();
            long taken = System.nanoTime() - begin;
            if (taken < SAMPLE_NS) {
                calls *= taken < SAMPLE_NS / 20 ? 10 : 2;
                continue;
            }
            best = Math.min(best, (double) taken / calls);
            sample++;
        }
        return best;
    }
}
