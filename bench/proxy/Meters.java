import java.util.Optional;

/** The processes that take part: the proxy, the provider, and the load generator itself. */
record Meters(Optional<Meter> proxy, Optional<Meter> provider, Meter load) {
    static Meters of(Settings settings) {
        return new Meters(
                meter(settings.text("pid")),
                meter(settings.text("direct_pid")),
                new Meter(Long.toString(ProcessHandle.current().pid())));
    }

    private static Optional<Meter> meter(String pid) {
        return pid.isEmpty() ? Optional.empty() : Optional.of(new Meter(pid));
    }

    /** Processor time in milliseconds. */
    record Reading(long proxyMillis, long providerMillis, long loadMillis, long machineMillis) {
        static final Reading NONE = new Reading(0, 0, 0, 0);

        Reading since(Reading before) {
            return new Reading(
                    proxyMillis - before.proxyMillis,
                    providerMillis - before.providerMillis,
                    loadMillis - before.loadMillis,
                    machineMillis - before.machineMillis);
        }

        Reading plus(Reading other) {
            return new Reading(
                    proxyMillis + other.proxyMillis,
                    providerMillis + other.providerMillis,
                    loadMillis + other.loadMillis,
                    machineMillis + other.machineMillis);
        }

        String perRequest(int requests) {
            return "proxy %d us, provider %d us, load generator %d us"
                    .formatted(
                            micros(proxyMillis, requests),
                            micros(providerMillis, requests),
                            micros(loadMillis, requests));
        }

        /** The share of the machine that went to processes other than these three. */
        int othersPercent(double seconds) {
            long others = machineMillis - proxyMillis - providerMillis - loadMillis;
            double all = seconds * 1000 * Runtime.getRuntime().availableProcessors();
            return (int) Math.round(100 * others / all);
        }

        String json(int requests) {
            return ",\"proxy_cpu_us\":%d,\"provider_cpu_us\":%d,\"load_cpu_us\":%d"
                    .formatted(
                            micros(proxyMillis, requests),
                            micros(providerMillis, requests),
                            micros(loadMillis, requests));
        }

        private static long micros(long millis, int requests) {
            return millis * 1000 / Math.max(1, requests);
        }
    }

    Reading read() {
        return new Reading(
                proxy.map(Meter::cpuMillis).orElse(0L),
                provider.map(Meter::cpuMillis).orElse(0L),
                load.cpuMillis(),
                Meter.machineMillis());
    }

    /** The proxy's memory, in words. */
    String memory() {
        return proxy.map(
                        m ->
                                "proxy RSS %d MiB, at most %d MiB"
                                        .formatted(m.rssMib(), m.mostRssMib()))
                .orElse("");
    }
}
