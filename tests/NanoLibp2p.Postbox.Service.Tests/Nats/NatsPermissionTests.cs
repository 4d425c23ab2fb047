using System;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;
using System.Threading.Tasks;
using NanoLibp2p.Postbox.Killed;
using NanoLibp2p.Postbox.Nats;
using NanoLibp2p.Postbox.Service.Stores;
using NanoLibp2p.Postbox.Service.Tests.Stores;

namespace NanoLibp2p.Postbox.Service.Tests.Nats;

/// <summary>What a gateway's user of NATS may do, as the store's README says it.</summary>
public sealed class NatsPermissionTests
{
    // more than a server sends before it waits for word that it was taken
    private const int Items = 12_000;

    [Fact]
    public async Task With_the_permissions_of_the_README_a_store_does_all_that_it_does()
    {
        Assert.SkipUnless(NatsServer.IsHere, NatsServer.Missing);
        string[] lines = Readme().Split("\n- ");
        string[] publish = Subjects(lines.Single(one => one.StartsWith("publish: ", StringComparison.Ordinal)));
        string[] subscribe = Subjects(lines.Single(one => one.StartsWith("subscribe: ", StringComparison.Ordinal)));
        await using NatsServer server = await NatsServer.StartAsync($$"""
            authorization { users: [ { user: mail, password: x, permissions: {
              publish: { allow: [{{Quoted(publish)}}] }, subscribe: { allow: [{{Quoted(subscribe)}}] } } } ] }
            """);
        string credentials = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(credentials, "mail:x", TestContext.Current.CancellationToken);
            NatsPostboxOptions options = new() { Url = server.Url, Replicas = 1, CredentialsFile = credentials };
            await using (NatsPostboxStore store = new(options))
            {
                await store.OpenedAsync(null, 2);
                for (int i = 1; i < Items; i += 1000)
                {
                    await store.AppendAsync([.. Enumerable.Range(i, 1000).Select(one => Letters.Deposit(1, one))]);
                }

                PostboxHead head = (await store.AppendOneAsync(Letters.Deposit(2, 1))).Head!;
                Assert.Equal(Letters.Item(1), await store.ReadWholeAsync(head));
                await store.SettleOneAsync(head);
                Assert.Equal(1, await store.ForgetAsync([head]));
                await store.DropMailboxAsync(Letters.Box(2), 1);
            }

            StoreMirror mirror = new();
            await using IPostboxStore again = await new NatsPostboxStore(options).OpenedAsync(mirror);
            Assert.Equal(Items, mirror.Heads.Length);
            Assert.Single(mirror.Mailboxes);
            Assert.Equal((StoreHealth.Ready, null), ((await again.FreeAsync()).Health, (await again.FreeAsync()).Problem));
        }
        finally
        {
            File.Delete(credentials);
        }

        Assert.DoesNotContain("Permissions Violation", server.Log());
    }

    // "`postbox.>`, and after `$JS.API.` each of `STREAM.INFO.postbox`, ...; and `$JS.FC.>`"
    private static string[] Subjects(string line)
    {
        string[] parts = Regex.Replace(line.Split("\n\n")[0], @"\s+", " ").Split(" each of ");
        string[] first = [.. Names(parts[0])];
        if (parts.Length == 1)
        {
            return first;
        }

        string[] rest = parts[1].Split("; and ");
        return [.. first[..^1], .. Names(rest[0]).Select(one => first[^1] + one), .. Names(rest[1])];
    }

    private static string[] Names(string text) => [.. Regex.Matches(text, "`([^`]+)`").Select(one => one.Groups[1].Value)];

    private static string Quoted(string[] subjects) => string.Join(", ", subjects.Select(one => $"\"{one}\""));

    private static string Readme()
    {
        string folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "nanoLibp2p.sln")))
        {
            folder = Path.GetDirectoryName(folder)!;
        }

        return File.ReadAllText(Path.Combine(folder, "tools/NanoLibp2p.Postbox.Nats/README.md"));
    }
}
