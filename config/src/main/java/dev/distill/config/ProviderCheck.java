package dev.distill.config;

import java.net.URI;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Whether the providers of a proxy file can be told apart and reached. */
final class ProviderCheck {
    private final ProxyConfig config;
    private final Findings findings;

    ProviderCheck(ProxyConfig config, Findings findings) {
        this.config = config;
        this.findings = findings;
    }

    void run() {
        config.providers()
                .forEach((name, provider) -> provider("providers." + name, name, provider));
    }

    private void provider(String place, String name, ProxyConfig.Provider provider) {
        if (name.equals(Findings.EACH)) {
            findings.add(place, "has a name that budgets use for all of them");
        }
        switch (provider) {
            case ProxyConfig.OpenAi p -> {
                keys(place, p.apiKey(), p.keys());
                address(place, p.baseUrl());
            }
            case ProxyConfig.Anthropic p -> {
                keys(place, p.apiKey(), p.keys());
                address(place, p.baseUrl());
            }
            case ProxyConfig.Gemini p -> {
                keys(place, p.apiKey(), p.keys());
                address(place, p.baseUrl());
            }
            case ProxyConfig.Bedrock p -> p.baseUrl().ifPresent(base -> address(place, base));
            case ProxyConfig.Replay _, ProxyConfig.Student _ -> {}
        }
    }

    private void keys(String place, Optional<Secret> apiKey, List<ProxyConfig.ProviderKey> keys) {
        if (apiKey.isPresent() && !keys.isEmpty()) {
            findings.add(place, "has both api_key and keys");
        }
        Set<String> names = new HashSet<>();
        for (int k = 0; k < keys.size(); k++) {
            if (!names.add(keys.get(k).name())) {
                findings.add(
                        "%s.keys[%d].name".formatted(place, k),
                        "is %s, as is another one's".formatted(keys.get(k).name()));
            }
        }
    }

    private void address(String place, URI base) {
        AddressCheck.http(findings, place + ".base_url", base);
        if (base.getRawQuery() != null) {
            findings.add(
                    place + ".base_url",
                    "must not have a query, got " + Shown.address(base.toString()),
                    "a provider of kind openai has the key query for it");
        }
    }
}
