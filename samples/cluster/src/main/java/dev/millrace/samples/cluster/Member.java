// SPDX-License-Identifier: Apache-2.0
package dev.millrace.samples.cluster;

import com.hazelcast.config.Config;
import com.hazelcast.config.JoinConfig;
import com.hazelcast.config.NetworkConfig;
import com.hazelcast.core.Hazelcast;
import com.hazelcast.core.HazelcastInstance;
import java.io.IOException;
import java.io.OutputStream;

/**
 * A member of the cluster: runs what is submitted, and needs its classes. On loopback only, as whoever reaches a member can
 * have code run by it.
 */
final class Member {
    /** Tasks at a time, in each member. */
    static final int THREADS = 16;

    static final String EXECUTOR = "jobs";

    private Member() {}

    /** Arguments: the cluster's name, and, unless it is the first, the address of a member. Ends when its input does. */
    public static void main(String[] args) throws IOException {
        HazelcastInstance member = Hazelcast.newHazelcastInstance(config(args[0], args.length > 1 ? args[1] : null));
        try {
            var address = member.getCluster().getLocalMember().getAddress();
            System.out.println(address.getHost() + ":" + address.getPort());
            // The parent's end, however it comes, closes this.
            System.in.transferTo(OutputStream.nullOutputStream());
        } finally {
            member.shutdown();
        }
    }

    private static Config config(String clusterName, String other) {
        Config config = new Config(Cluster.instanceName());
        config.setClusterName(clusterName);
        Cluster.PROPERTIES.forEach(config::setProperty);
        config.getExecutorConfig(EXECUTOR).setPoolSize(THREADS);
        NetworkConfig network = config.getNetworkConfig();
        network.getInterfaces().setEnabled(true).addInterface(Cluster.LOOPBACK);
        network.setPortAutoIncrement(true);
        JoinConfig join = network.getJoin();
        join.getAutoDetectionConfig().setEnabled(false);
        join.getMulticastConfig().setEnabled(false);
        join.getTcpIpConfig().setEnabled(true);
        if (other != null) {
            join.getTcpIpConfig().addMember(other);
        }
        return config;
    }
}
