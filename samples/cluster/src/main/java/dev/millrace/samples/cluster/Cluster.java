// SPDX-License-Identifier: Apache-2.0
package dev.millrace.samples.cluster;

import com.hazelcast.client.HazelcastClient;
import com.hazelcast.client.config.ClientConfig;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.core.IExecutorService;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Members of a Hazelcast cluster, and this JVM as their client. Those that it started end with it, also if it is killed;
 * one that it joined goes on.
 */
public final class Cluster implements AutoCloseable {
    static final String LOOPBACK = "127.0.0.1";
    /** Of members that others may join. */
    public static final String DEFAULT_NAME = "millrace";

    static final Map<String, String> PROPERTIES = Map.of(
            "hazelcast.logging.type", "none",
            "hazelcast.phone.home.enabled", "false",
            "hazelcast.socket.bind.any", "false",
            "hazelcast.wait.seconds.before.join", "0");

    private static final AtomicInteger INSTANCES = new AtomicInteger();

    private final List<Process> members = new ArrayList<>();
    private final List<String> addresses = new ArrayList<>();
    private HazelcastInstance client;

    private Cluster() {}

    /** Starts so many members, each a JVM of its own on this machine, and connects to them; takes some seconds. */
    public static Cluster ofMembers(int count, String name) throws IOException {
        Cluster cluster = new Cluster();
        try {
            cluster.addresses.add(address(cluster.start(name)));
            List<Process> others = new ArrayList<>();
            for (int i = 1; i < count; i++) {
                others.add(cluster.start(name, cluster.addresses.get(0)));
            }
            for (Process other : others) {
                cluster.addresses.add(address(other));
            }
            cluster.connect(name);
            return cluster;
        } catch (IOException | RuntimeException e) {
            cluster.close();
            throw e;
        }
    }

    /** Connects to the cluster of which the member at that address, such as {@code 127.0.0.1:5701}, is one. */
    public static Cluster joining(String address, String name) {
        Cluster cluster = new Cluster();
        cluster.addresses.add(address);
        cluster.connect(name);
        return cluster;
    }

    /** The executor of all members: what is submitted runs on any of them. */
    public IExecutorService executor() {
        return client.getExecutorService(Member.EXECUTOR);
    }

    /** Of the members that were started or joined here, as {@code 127.0.0.1:5701}. */
    public List<String> addresses() {
        return List.copyOf(addresses);
    }

    /** How many members there are now. */
    public int size() {
        return client.getCluster().getMembers().size();
    }

    /** Ends a member that was started here at once, in the middle of what it does. */
    public void kill(int member) {
        members.get(member).destroyForcibly();
    }

    private Process start(String... args) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-Xmx256m");
        command.add("-Dhazelcast.logging.type=none"); // before its configuration is read, too
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        command.add(Member.class.getName());
        command.addAll(List.of(args));
        Process member = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .directory(new File(System.getProperty("user.dir")))
                .start();
        members.add(member);
        return member;
    }

    /** What the member says when it has joined. */
    private static String address(Process member) throws IOException {
        BufferedReader said = member.inputReader();
        String address = said.readLine();
        if (address == null) {
            throw new IOException("a member ended before it had joined the cluster; it says above why");
        }
        return address;
    }

    private void connect(String name) {
        ClientConfig config = new ClientConfig();
        config.setInstanceName(instanceName());
        config.setClusterName(name);
        PROPERTIES.forEach(config::setProperty);
        config.getNetworkConfig().setAddresses(addresses);
        config.getConnectionStrategyConfig().getConnectionRetryConfig().setClusterConnectTimeoutMillis(10_000);
        client = HazelcastClient.newHazelcastClient(config);
    }

    static String instanceName() {
        return "millrace-" + INSTANCES.incrementAndGet();
    }

    /** Disconnects, and ends the members that were started here. */
    @Override
    public void close() {
        if (client != null) {
            client.shutdown();
        }
        members.forEach(Process::destroyForcibly);
    }
}
