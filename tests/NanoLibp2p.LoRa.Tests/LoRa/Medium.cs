using System.Collections.Generic;
using System.Linq;
using NanoLibp2p.Hal.Frames;
using NanoLibp2p.Hal.LoRa;

namespace NanoLibp2p.LoRa.Tests.LoRa;

/// <summary>The air between models of chips, in virtual milliseconds. A frame is heard by who listened all the while, tuned to
/// it.</summary>
internal sealed class Medium
{
    private const int PreambleMs = 5;

    private readonly List<RadioModel> _radios = [];
    private readonly List<Flight> _flights = [];

    public long Now { get; private set; }

    /// <summary>Every frame that was sent: when, how long in microseconds, what.</summary>
    public List<(long At, int AirUs, byte[] Frame, Tuning Tuning)> Sent { get; } = [];

    /// <summary>The next frames are damaged on the way.</summary>
    public bool Damages { get; set; }

    public void Add(RadioModel radio) => _radios.Add(radio);

    public void Send(RadioModel sender, byte[] frame, Tuning tuning, bool hasCrc)
    {
        int us = LoRaAirtime.Microseconds(tuning.SpreadingFactor, tuning.BandwidthHz, tuning.CodingRate, tuning.Preamble, true, hasCrc,
            frame.Length);
        Sent.Add((Now, us, frame, tuning));
        _flights.Add(new Flight(sender, [], frame, tuning, hasCrc, Now, Now + ((us + 999) / 1000)));
    }

    public void Advance(int milliseconds)
    {
        for (int i = 0; i < milliseconds; i++)
        {
            Now++;
            foreach (Flight flight in _flights.ToList())
            {
                flight.Hearers.RemoveAll(radio => !radio.IsReceiving);
                if (Now == flight.Start + PreambleMs)
                {
                    flight.Hearers.AddRange(_radios.Where(radio => radio != flight.Sender && radio.IsReceiving
                        && radio.Tuning == flight.Tuning));
                    flight.Hearers.ForEach(radio => radio.HearPreamble());
                }

                if (Now >= flight.End)
                {
                    _flights.Remove(flight);
                    flight.Sender.EndSending();
                    flight.Hearers.ForEach(radio => radio.Hear(flight.Frame, flight.HasCrc, Damages, -97, -21));
                }
            }
        }
    }

    private sealed record Flight(RadioModel Sender, List<RadioModel> Hearers, byte[] Frame, Tuning Tuning, bool HasCrc,
        long Start, long End);
}
