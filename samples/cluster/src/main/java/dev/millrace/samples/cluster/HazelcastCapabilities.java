// SPDX-License-Identifier: Apache-2.0
package dev.millrace.samples.cluster;

import com.hazelcast.client.HazelcastClientNotActiveException;
import com.hazelcast.client.HazelcastClientOfflineException;
import com.hazelcast.core.HazelcastInstanceNotActiveException;
import com.hazelcast.core.IExecutorService;
import com.hazelcast.core.MemberLeftException;
import com.hazelcast.core.OperationTimeoutException;
import com.hazelcast.spi.exception.TargetDisconnectedException;
import com.hazelcast.spi.exception.TargetNotMemberException;
import dev.millrace.Capabilities;
import java.util.concurrent.ExecutorService;

/**
 * Says of Hazelcast's executors what they can do, so that {@code TaskExecutorService.adapt(hazelcast.getExecutorService(
 * "jobs"))} need not be told. To be named in {@code META-INF/services/dev.millrace.Capabilities$Provider}. Not for its
 * durable executor: a cancel there does not reach the code that runs.
 */
public final class HazelcastCapabilities implements Capabilities.Provider {
    /** For the service loader. */
    public HazelcastCapabilities() {}

    @Override
    public Capabilities capabilitiesOf(ExecutorService executor) {
        return executor instanceof IExecutorService
                ? Capabilities.elsewhere().withLoss(HazelcastCapabilities::isLoss)
                : Capabilities.threads();
    }

    /** The member that had the task is gone, or nobody can say any more. */
    private static boolean isLoss(Throwable failure) {
        return failure instanceof MemberLeftException
                || failure instanceof TargetDisconnectedException
                || failure instanceof TargetNotMemberException
                || failure instanceof OperationTimeoutException
                || failure instanceof HazelcastInstanceNotActiveException
                || failure instanceof HazelcastClientNotActiveException
                || failure instanceof HazelcastClientOfflineException;
    }
}
