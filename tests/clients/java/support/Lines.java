package clients;

import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;

/** Prints a line for each test: the client with its version, and what it did. */
public final class Lines implements TestExecutionListener {
    private long start;

    @Override
    public void executionStarted(TestIdentifier test) {
        start = System.nanoTime();
    }

    @Override
    public void executionFinished(TestIdentifier test, TestExecutionResult result) {
        if (!test.isTest()) return;
        var verdict = result.getStatus() == TestExecutionResult.Status.SUCCESSFUL ? "ok" : "FAILED";
        var client = System.getProperty("client");
        var millis = (System.nanoTime() - start) / 1_000_000;
        System.out.printf("%-6s %s: %s (%d ms)%n", verdict, client, test.getDisplayName(), millis);
    }
}
