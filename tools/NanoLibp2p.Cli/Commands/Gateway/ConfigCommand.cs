using System.CommandLine;
using System.Linq;
using System.Text.Json.Nodes;
using System.Threading.Tasks;
using NanoLibp2p.Gateway.Configuration;

namespace NanoLibp2p.Cli.Commands.Gateway;

/// <summary><c>gateway config</c>: what is in effect, and who says so.</summary>
internal static class ConfigCommand
{
    internal static Command Create()
    {
        Command command = new("config", "Print each setting with its value and where that comes from")
            { GatewayOptions.Listen, GatewayOptions.Http, GatewayOptions.Store, GatewayOptions.Radio };
        command.SetGatewayAction((parsed, output) =>
        {
            GatewaySettings settings = GatewayOptions.Load(parsed);
            int width = settings.All.Max(one => one.Setting.Key.Length);
            foreach (SettingValue one in settings.All)
            {
                string value = one.Setting.ToJson(one.Value);
                JsonObject json = Output.Event("setting");
                json["key"] = one.Setting.Key;
                json["value"] = JsonNode.Parse(value);
                json["source"] = one.Source;
                json["reloads"] = one.Setting.Reloads;
                json["what"] = one.Setting.What;
                output.Tell(json, $"{one.Setting.Key.PadRight(width)} = {value}  [grey]// {one.Source}: {one.Setting.What}[/]");
            }
            return Task.FromResult(0);
        });
        return command;
    }
}
