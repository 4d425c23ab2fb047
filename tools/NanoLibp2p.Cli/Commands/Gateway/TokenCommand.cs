using System;
using System.CommandLine;
using System.Text.Json.Nodes;
using System.Threading.Tasks;
using NanoLibp2p.Gateway;
using NanoLibp2p.Gateway.Admission;
using NanoLibp2p.Gateway.Configuration;
using NanoLibp2p.Gateway.Hosting;
using NanoLibp2p.Gateway.Http;
using NanoLibp2p.Gateway.Storage;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Cli.Commands.Gateway;

/// <summary><c>gateway token</c>: who is admitted. It asks the gateway that runs, or works on the data folder where none does.</summary>
internal static class TokenCommand
{
    private static readonly TimeSpan _longest = TimeSpan.FromSeconds(TokenJson.MaxSeconds);

    internal static Command Create()
    {
        Argument<PeerId> peer = GatewayCommand.Peer();
        Option<TimeSpan?> lifetime = new("--for")
        {
            Description = "How long it is valid, such as 365d or 12h [default: for ever]", HelpName = "TIME", CustomParser = ParseLifetime,
        };
        Option<bool> plain = new("--peer")
        {
            Description = "Admit it as a peer like any other, not as a sensor, whose circuits have no time limit",
        };
        Command command = new("token", "Issue a token that admits a peer, and keep it: the peer need not show it here; print it for others")
            { peer, lifetime, plain };
        command.SetGatewayAction(async (parsed, output) =>
        {
            PeerId who = parsed.GetValue(peer)!;
            AdmissionClass kind = parsed.GetValue(plain) ? AdmissionClass.Peer : AdmissionClass.Sensor;
            TimeSpan? time = parsed.GetValue(lifetime);
            string query = $"?class={kind.ToString().ToLowerInvariant()}"
                + (time is { } length ? $"&seconds={(long)length.TotalSeconds}" : "");
            string data = GatewayOptions.Load(parsed).Data;
            bool isRunning = DataFolder.IsInUse(data);
            JsonNode token = await DoAsync(parsed, $"/api/tokens/{who}/issue{query}", "", (identity, list) =>
            {
                AdmissionToken made = AdmissionToken.Issue(identity, who, kind, DateTimeOffset.UtcNow, time);
                list.Keep(made);
                return made;
            });
            Tell(output, "token", token);
            output.Copyable((string)token["token"]!);
            if (!isRunning)
            {
                output.Note($"No gateway runs on {data} now: one that is started there admits it. For another folder: --data DIR");
            }

            return 0;
        });
        command.Add(List());
        command.Add(Add());
        command.Add(Revoke());
        return command;
    }

    private static Command List()
    {
        Command command = new("list", "List the tokens that are kept");
        command.SetGatewayAction(async (parsed, output) =>
        {
            GatewaySettings settings = GatewayOptions.Load(parsed);
            JsonArray tokens;
            if (DataFolder.IsInUse(settings.Data))
            {
                using ControlClient control = GatewayCommand.Control(parsed);
                tokens = (JsonArray)(await control.GetAsync("/api/tokens"))["tokens"]!;
            }
            else
            {
                using DataFolder folder = DataFolder.Open(settings.Data);
                AdmissionList list = Open(folder, settings, out _);
                tokens = [];
                foreach (AdmissionToken token in list.Kept)
                {
                    tokens.Add(ToJson(token, list));
                }
            }
            foreach (JsonNode? token in tokens)
            {
                Tell(output, "token", token!);
            }
            return 0;
        });
        return command;
    }

    private static Command Add()
    {
        Argument<string> text = new("TOKEN") { Description = "A token that another gateway issued, whose peer id is in admission.issuers" };
        Command command = new("add", "Keep a token of another gateway") { text };
        command.SetGatewayAction(async (parsed, output) =>
        {
            AdmissionToken token = AdmissionToken.Parse(parsed.GetValue(text)!, out string error)
                ?? throw new CliException($"that is no token: {error}", CliException.WrongArguments);
            Tell(output, "token", await DoAsync(parsed, $"/api/tokens/{token.Peer}/add", token.ToString(), (_, list) =>
            {
                list.Keep(token);
                return token;
            }));
            return 0;
        });
        return command;
    }

    private static Command Revoke()
    {
        Argument<PeerId> peer = GatewayCommand.Peer();
        Command command = new("revoke", "Admit a peer no longer: tokens that were issued for it until now count no more") { peer };
        command.SetGatewayAction(async (parsed, output) =>
        {
            PeerId who = parsed.GetValue(peer)!;
            GatewaySettings settings = GatewayOptions.Load(parsed);
            bool isChanged;
            if (DataFolder.IsInUse(settings.Data))
            {
                using ControlClient control = GatewayCommand.Control(parsed);
                isChanged = (bool)(await control.PostAsync($"/api/tokens/{who}/revoke"))["changed"]!;
            }
            else
            {
                using DataFolder folder = DataFolder.Open(settings.Data);
                isChanged = Open(folder, settings, out _).Revoke(who);
            }
            JsonObject json = Output.Event("revoked");
            json["peer"] = who.ToString();
            json["changed"] = isChanged;
            output.Tell(json, $"{who.ToString()} is admitted no longer{(isChanged ? "" : ", and was not before")}");
            return 0;
        });
        return command;
    }

    private static async Task<JsonNode> DoAsync(
        ParseResult parsed, string path, string body, Func<Identity, AdmissionList, AdmissionToken> here)
    {
        GatewaySettings settings = GatewayOptions.Load(parsed);
        if (DataFolder.IsInUse(settings.Data))
        {
            using ControlClient control = GatewayCommand.Control(parsed);
            return await control.PostAsync(path, body);
        }
        using DataFolder folder = DataFolder.Open(settings.Data);
        AdmissionList list = Open(folder, settings, out Identity identity);
        return ToJson(here(identity, list), list);
    }

    private static AdmissionList Open(DataFolder folder, GatewaySettings settings, out Identity identity)
    {
        identity = folder.ReadOrMakeIdentity(out _);
        return new AdmissionList(folder, TimeProvider.System, [.. System.Linq.Enumerable.Select(settings.AdmissionIssuers, PeerId.Parse),
            identity.PeerId]);
    }

    private static JsonNode ToJson(AdmissionToken token, AdmissionList list)
        => System.Text.Json.JsonSerializer.SerializeToNode(TokenJson.Of(token, list), GatewayJson.Lines)!;

    private static void Tell(Output output, string name, JsonNode token)
    {
        JsonObject json = Output.Event(name);
        foreach ((string key, JsonNode? value) in (JsonObject)token)
        {
            json[key] = value?.DeepClone();
        }
        string end = token["expires"] is { } expires ? $"until {(DateTimeOffset)expires:u}" : "for ever";
        string verdict = (string)token["verdict"]! == "Admitted" ? "" : $" ({(string)token["verdict"]!})";
        output.Tell(json, $"{(string)token["peer"]!} is admitted as {(string)token["class"]!} {end}{verdict}");
    }

    private static TimeSpan? ParseLifetime(System.CommandLine.Parsing.ArgumentResult result)
    {
        string text = result.Tokens[0].Value;
        string number = text.TrimEnd('d', 'h', 'm', 's');
        double unit = text[^1] switch { 'd' => 86400, 'h' => 3600, 'm' => 60, 's' => 1, _ => 0 };
        if (number.Length == text.Length - 1 && unit > 0 && long.TryParse(number, System.Globalization.NumberStyles.None,
            System.Globalization.CultureInfo.InvariantCulture, out long count) && count > 0 && count * unit <= _longest.TotalSeconds)
        {
            return TimeSpan.FromSeconds(count * unit);
        }
        result.AddError($"'{text}' is not a token's life; give one such as 365d or 12h, at most 36500d");
        return null;
    }
}
