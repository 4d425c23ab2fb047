using System;
using System.CommandLine;
using System.IO;
using System.Linq;
using NanoLibp2p.Gateway.Storage;
using System.Text.Json.Nodes;
using System.Threading.Tasks;
using NanoLibp2p.Postbox.Service.Stores;

namespace NanoLibp2p.Cli.Commands.Gateway;

/// <summary><c>gateway store</c>: what an operator does with a store of mail that no gateway has open.</summary>
internal static class StoreCommand
{
    internal static Command Create() => new("store", "Look after the store of mail while no gateway runs on it")
    {
        Check(), Repair(), Compact(), Copy(),
    };

    private static Command Check()
    {
        Option<string?> store = Store();
        Command command = new("check", "Read every message, and say what is wrong; changes no mail, ends with 1 when something is")
            { store };
        command.SetGatewayAction((parsed, output) => GuardAsync(async () =>
        {
            await using IPostboxStore one = Open(parsed, AddressOf(parsed, store), mustExist: true);
            PostboxReport report = one is IPostboxStoreUpkeep file ? await file.CheckAsync() : await PostboxCopy.CheckAsync(one);
            Tell(output, "checked", report, "is whole", "is damaged");
            return report.IsWhole ? 0 : throw new CliException(one is IPostboxStoreUpkeep
                ? "the store is damaged; have what is whole in its place by: nanolibp2p gateway store repair"
                : "the store is damaged; have its servers take it from a replica or a backup, or copy what is whole into another store by: "
                    + "nanolibp2p gateway store copy");
        }));
        return command;
    }

    private static Command Repair()
    {
        Option<string?> store = Store();
        Command command = new("repair", "Keep what is whole, and put it in the place of the damaged store, which stays beside it")
            { store };
        command.SetGatewayAction((parsed, output) => DoAsync(parsed, store, async one =>
        {
            Tell(output, "repaired", await one.RepairAsync(), "was whole", "is repaired; dropped");
            return 0;
        }));
        return command;
    }

    private static Command Compact()
    {
        Option<string?> store = Store();
        Command command = new("compact", "Give back the room of what is gone, and its last traces with it") { store };
        command.SetGatewayAction((parsed, output) => DoAsync(parsed, store, async one =>
        {
            (long before, long after) = await one.CompactAsync();
            JsonObject json = Output.Event("compacted");
            json["before"] = before;
            json["after"] = after;
            output.Tell(json, $"{before} bytes are {after} now");
            return 0;
        }));
        return command;
    }

    private static Command Copy()
    {
        Argument<string> from = new("FROM") { Description = "A store, such as sqlite:/var/lib/nanolibp2p/stores/postbox.db" };
        Argument<string> to = new("TO") { Description = "Another one; what is in it stays" };
        Command command = new("copy", "Copy all mail that is whole into another store; can be done again when it broke off") { from, to };
        command.SetGatewayAction(async (parsed, output) =>
        {
            string source = parsed.GetRequiredValue(from);
            string target = parsed.GetRequiredValue(to);
            if ((MailStore.PathOf(source) ?? source) is { } path && path == (MailStore.PathOf(target) ?? target))
            {
                throw new CliException($"FROM and TO are one store, {path}; give another one", CliException.WrongArguments);
            }

            return await GuardAsync(async () =>
            {
                await using IPostboxStore one = Open(parsed, source, mustExist: true);
                await using IPostboxStore other = Open(parsed, target, mustExist: false);
                Tell(output, "copied", await PostboxCopy.RunAsync(one, other), "is copied whole", "is copied; left out");
                return 0;
            });
        });
        return command;
    }

    private static Option<string?> Store() => new("--store")
    {
        Description = "The store, sqlite:PATH or nats://HOST:4222 [default: that of the settings]", HelpName = "STORE",
    };

    private static Task<int> DoAsync(ParseResult parsed, Option<string?> store, Func<IPostboxStoreUpkeep, Task<int>> what)
        => GuardAsync(async () =>
        {
            string address = AddressOf(parsed, store);
            await using IPostboxStore one = Open(parsed, address, mustExist: true);
            return one is IPostboxStoreUpkeep file ? await what(file) : throw new CliException(
                $"{address} looks after itself: its servers compact their files, and take what is damaged from one another",
                CliException.WrongArguments);
        });

    private static async Task<int> GuardAsync(Func<Task<int>> what)
    {
        try
        {
            return await what();
        }
        catch (PostboxStoreException e)
        {
            throw new CliException(e.Message);
        }
    }

    private static string AddressOf(ParseResult parsed, Option<string?> store)
        => parsed.GetValue(store) ?? MailStore.AddressOf(GatewayOptions.Load(parsed));

    private static IPostboxStore Open(ParseResult parsed, string address, bool mustExist)
        => MailStore.Check(address) is { } wrong ? throw new CliException(wrong, CliException.WrongArguments)
            : MailStore.PathOf(address) is not { } path || !mustExist || File.Exists(path)
                ? MailStore.Open(address, () => GatewayOptions.Load(parsed), mayMake: !mustExist)
            : throw new CliException($"there is no store {path}; give another one, or the gateway's folder with --data",
                CliException.WrongArguments);

    private static void Tell(Output output, string name, PostboxReport report, string good, string bad)
    {
        JsonObject json = Output.Event(name);
        json["mailboxes"] = report.Mailboxes;
        json["items"] = report.Items;
        json["settled"] = report.Settled;
        json["damaged"] = report.Damaged;

        // what to do is said by the command, where something is to be done
        string[] problems = [.. report.Problems.Select(one => one.Split("; repair it with:")[0])];
        json["problems"] = new JsonArray([.. problems]);
        string verdict = report.IsWhole ? good : $"{bad} {report.Damaged} entries";
        output.Tell(json, $"{report.Mailboxes} mailboxes, {report.Items} messages that wait, {report.Settled} that are settled: {verdict}");
        foreach (string problem in problems)
        {
            output.Note($"  {problem}");
        }
    }
}
