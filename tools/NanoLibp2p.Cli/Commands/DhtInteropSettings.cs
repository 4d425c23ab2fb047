using System;
using System.Linq;
using System.Text;

namespace NanoLibp2p.Cli.Commands;

/// <summary>What the environment says of a run of the kad-dht contract.</summary>
/// <param name="Role">bootstrap, provider or querier.</param>
/// <param name="TestKey">What distinguishes this run from others at the same redis.</param>
/// <param name="Redis">Host and port.</param>
/// <param name="Ip">The address to listen on.</param>
internal sealed record DhtInteropSettings(string Role, string TestKey, string Redis, string Ip)
{
    /// <summary>What the provider stores; other queriers look for its first two words.</summary>
    internal const string Value = "hello from nanolibp2p";

    /// <summary>Under which redis has the bootstrap node's address.</summary>
    internal string BootstrapKey => TestKey + "_bootstrap_addr";

    /// <summary>Under which redis has that the provider is done.</summary>
    internal string DoneKey => TestKey + "_provider_done";

    /// <summary>What is provided: these bytes as they are, which are no multihash.</summary>
    internal byte[] ProvidedKey => Encoding.UTF8.GetBytes("interop-test-key-" + TestKey);

    /// <summary>The value's key.</summary>
    internal byte[] ValueKey => Encoding.UTF8.GetBytes("/example/data/" + TestKey);

    /// <summary>Reads the environment; null when it has no ROLE, and so is of another contract.</summary>
    internal static DhtInteropSettings? FromEnvironment(Func<string, string?> environment)
    {
        string? Setting(string name) => environment(name) is { Length: > 0 } value ? value : null;

        if (Setting("ROLE") is not { } role)
        {
            return null;
        }

        string[] roles = [DhtInterop.Bootstrap, DhtInterop.Provider, DhtInterop.Querier];
        if (!roles.Contains(role))
        {
            throw new CliException($"ROLE = {role} is none of {string.Join(", ", roles)}", CliException.WrongArguments);
        }

        string key = Setting("TEST_KEY")
            ?? throw new CliException("TEST_KEY is not set; the kad-dht contract needs ROLE and TEST_KEY at least",
                CliException.WrongArguments);
        return new(role, key, Setting("REDIS_ADDR") ?? "transport-redis:6379", Setting("LISTENER_IP") ?? "0.0.0.0");
    }
}
