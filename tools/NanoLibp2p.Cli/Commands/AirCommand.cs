using System;
using System.CommandLine;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text.Json.Nodes;
using System.Threading;
using NanoLibp2p.Gateway.Radio;
using NanoLibp2p.Hal.Radio.Air;
using Spectre.Console;

namespace NanoLibp2p.Cli.Commands;

/// <summary><c>air</c>: what a fleet of devices on one radio would get through, in virtual time.</summary>
internal static class AirCommand
{
    // SPEC.md 10: the call that signs eight readings
    private const int LeastMtu = 90;
    private const int MostDevices = 1000;
    private const int MostHours = 24 * 31;

    internal static Command Create()
    {
        Option<string> profile = new("--profile")
        {
            Description = $"The radio: {string.Join(", ", AirProfile.All.Select(one => one.Name))}", HelpName = "NAME",
            DefaultValueFactory = _ => "lora-sf9-eu868",
        };
        profile.AcceptOnlyFromAmong([.. AirProfile.All.Select(one => one.Name)]);
        Option<int> devices = Number("--devices", 10, 1, MostDevices, "Devices, each at another distance");
        Option<double> loss = new("--loss")
        {
            Description = "Share of frames that is lost each way by chance, beside what collides: 0 to 0.9", HelpName = "P",
            DefaultValueFactory = _ => 0,
        };
        loss.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && double.TryParse(result.Tokens[0].Value, CultureInfo.InvariantCulture, out double share)
                && share is not (>= 0 and <= 0.9))
            {
                result.AddError("--loss is a share of 0 to 0.9, such as 0.2");
            }
        });
        Option<int> hours = Number("--hours", 24, 1, MostHours, "How long, in virtual time");
        Option<Duration> every = CommonOptions.ReadingInterval(standardSeconds: 120);
        Option<int> bytes = Number("--bytes", 20, 8, 160, "Bytes of a reading");
        Option<int> mtu = Number("--mtu", 0, 0, 1500, "The longest frame; 0 for the profile's");
        Option<int> seed = Number("--seed", 1, 0, int.MaxValue, "What is random follows from it");
        Option<FileInfo?> svg = new("--svg") { Description = "File for a plot of each hour, SVG", HelpName = "FILE" };
        Command command = new("air", "Play a fleet of devices and a gateway on a simulated radio, with the real sessions: what "
            + "would it get through?") { profile, devices, loss, hours, every, bytes, mtu, seed, svg };
        command.SetAction(parsed =>
        {
            AirFleetOptions options = new()
            {
                Profile = parsed.GetRequiredValue(profile),
                Devices = parsed.GetValue(devices),
                Loss = parsed.GetValue(loss),
                Time = TimeSpan.FromHours(parsed.GetValue(hours)),
                Every = parsed.GetValue(every).Time,
                ReadingBytes = parsed.GetValue(bytes),
                Mtu = parsed.GetValue(mtu),
                Seed = parsed.GetValue(seed),
            };
            if (options.Mtu is > 0 and < LeastMtu)
            {
                throw new CliException($"the signature of a batch takes a frame of {LeastMtu} bytes; "
                    + "give --mtu 90 or more, or none",
                    CliException.WrongArguments);
            }
            Output output = Output.Of(parsed);
            using Interruption interruption = new();
            if (parsed.GetValue(svg) is { Directory.Exists: false } nowhere)
            {
                throw new CliException($"there is no folder {nowhere.DirectoryName} for the plot", CliException.WrongArguments);
            }

            using AirFleet fleet = Make(options);
            AirFleetResult result = Play(fleet, output, (int)options.Time.TotalHours, interruption.Token);
            if (result.Hours.Count < (int)options.Time.TotalHours)
            {
                output.Notice(null, $"ended after {result.Hours.Count} of {options.Time.TotalHours} hours; the figures are those of them");
            }

            Tell(output, options, result);
            if (parsed.GetValue(svg) is { } file)
            {
                Write(file, options, result, output);
            }
            return 0;
        });
        return command;
    }

    private static AirFleet Make(AirFleetOptions options)
    {
        try
        {
            return new AirFleet(options);
        }
        catch (ArgumentException e)
        {
            throw new CliException($"{e.Message}; give fewer with --bytes, or a profile of longer frames", CliException.WrongArguments);
        }
    }

    // a terminal has a bar in its place, programs an event for each hour
    private static AirFleetResult Play(AirFleet fleet, Output output, int hours, CancellationToken cancellation)
    {
        if (!output.IsTerminal)
        {
            return fleet.Play((hour, of) =>
            {
                JsonObject json = Output.Event("hour");
                json["hour"] = hour;
                json["of"] = of;
                output.Tell(json, null);
            }, cancellation);
        }

        return output.Console.Progress().AutoClear(true).Start(progress =>
        {
            ProgressTask bar = progress.AddTask($"{hours} hours", maxValue: hours);
            return fleet.Play((hour, _) => bar.Value = hour, cancellation);
        });
    }

    private static void Tell(Output output, AirFleetOptions options, AirFleetResult result)
    {
        JsonObject json = Output.Event("air");
        json["profile"] = options.Profile;
        json["devices"] = options.Devices;
        json["loss"] = options.Loss;
        json["readings"] = result.Readings;
        json["delivered"] = result.Delivered;
        json["waiting"] = result.Waiting;
        json["lost"] = result.Lost;
        json["repeated"] = result.Repeated;
        json["frames"] = result.Frames;
        json["collided"] = result.Collided;
        json["airtimeMsPerHour"] = Math.Round(result.AirtimeMs);
        json["worstHourMs"] = Math.Round(result.WorstHourMs);
        json["gatewayAirtimeMsPerHour"] = Math.Round(result.GatewayAirtimeMs);
        json["millijoulesPerReading"] = Math.Round(result.MillijoulesForReading, 1);
        output.Tell(json, null);
        if (output.IsJson)
        {
            return;
        }
        Table table = new Table().AddColumn("").AddColumn(new TableColumn("").RightAligned()).HideHeaders();
        void Row(string name, FormattableString value) => table.AddRow(name, value.ToString(CultureInfo.InvariantCulture));
        Row("readings taken", $"{result.Readings:N0}");
        Row("on the topic", $"{result.Delivered:N0} ({result.Share:P2})");
        Row("still wait at devices", $"{result.Waiting:N0}");
        Row("lost: no room at devices", $"{result.Lost:N0}");
        Row("on the topic twice", $"{result.Repeated:N0}");
        Row("frames up, collided", $"{result.Frames:N0}, {result.Collided:N0}");
        Row("airtime of a device, of an hour", $"{result.AirtimeMs / 1000:N2} s");
        Row("the busiest sliding hour of any", $"{result.WorstHourMs / 1000:N2} s");
        Row("the gateway's, of an hour", $"{result.GatewayAirtimeMs / 1000:N1} s");
        Row("radio's energy for a reading", $"{result.MillijoulesForReading:N1} mJ");
        output.Console.Write(table);
    }

    private static void Write(FileInfo file, AirFleetOptions options, AirFleetResult result, Output output)
    {
        try
        {
            File.WriteAllText(file.FullName, AirPlot.Draw(options, result));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CliException($"cannot write {file}: {e.Message}");
        }
        output.Note($"a plot of each hour is in {file}");
    }

    private static Option<int> Number(string name, int standard, int least, int most, string description)
    {
        Option<int> option = new(name) { Description = description, HelpName = "N", DefaultValueFactory = _ => standard };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && int.TryParse(result.Tokens[0].Value, CultureInfo.InvariantCulture, out int value)
                && (value < least || value > most))
            {
                result.AddError($"{name} is a number of {least} to {most}");
            }
        });
        return option;
    }
}
