using System;
using System.Collections.Generic;
using System.Diagnostics.Metrics;
using NanoLibp2p.Relay;

namespace NanoLibp2p.Host.Relay;

/// <summary>
/// A relay's figures under the node's meter, with the names and labels of go-libp2p (its circuit v2 relay's metrics), so that its dashboard
/// shows a relay of ours.
/// </summary>
internal sealed class RelayMetrics : IDisposable
{
    private readonly Meter _meter;
    private readonly Counter<long> _reservations;
    private readonly Counter<long> _reservationStatus;
    private readonly Counter<long> _reservationRejections;
    private readonly Counter<long> _connections;
    private readonly Counter<long> _connectionStatus;
    private readonly Counter<long> _connectionRejections;
    private readonly Histogram<double> _duration;

    internal RelayMetrics(RelayService service)
    {
        _meter = new Meter(new MeterOptions(Libp2pNode.MeterName) { Scope = service.Node });
        _meter.CreateObservableGauge("libp2p_relaysvc_status", () => service.IsOver ? 0 : 1, null, "1 while the relay serves");
        _reservations = _meter.CreateCounter<long>("libp2p_relaysvc_reservations_total", null, "Reservations opened, renewed and closed");
        _reservationStatus = _meter.CreateCounter<long>("libp2p_relaysvc_reservation_request_response_status_total", null,
            "Answers to requests for a reservation");
        _reservationRejections = _meter.CreateCounter<long>("libp2p_relaysvc_reservation_rejections_total", null,
            "Requests for a reservation that were rejected, by reason");
        _connections = _meter.CreateCounter<long>("libp2p_relaysvc_connections_total", null, "Circuits opened and closed");
        _connectionStatus = _meter.CreateCounter<long>("libp2p_relaysvc_connection_request_response_status_total", null,
            "Answers to requests for a circuit");
        _connectionRejections = _meter.CreateCounter<long>("libp2p_relaysvc_connection_rejections_total", null,
            "Requests for a circuit that were rejected, by reason");
        _duration = _meter.CreateHistogram<double>("libp2p_relaysvc_connection_duration_seconds", null, "How long circuits were open");
        _meter.CreateObservableCounter("libp2p_relaysvc_data_transferred_bytes_total", () => service.RelayedBytes, null,
            "Bytes that were passed on, both ways together");
    }

    public void Dispose() => _meter.Dispose();

    internal void ReservationAllowed(bool isRenewal) => Add(_reservations, "type", isRenewal ? "renewed" : "opened");

    internal void ReservationsClosed(int count) => _reservations.Add(count, new KeyValuePair<string, object?>("type", "closed"));

    internal void ReservationHandled(RelayStatus status) => Handled(status, _reservationStatus, _reservationRejections);

    internal void ConnectionHandled(RelayStatus status) => Handled(status, _connectionStatus, _connectionRejections);

    internal void ConnectionOpened() => Add(_connections, "type", "opened");

    internal void ConnectionClosed(TimeSpan duration)
    {
        Add(_connections, "type", "closed");
        _duration.Record(duration.TotalSeconds);
    }

    private static void Handled(RelayStatus status, Counter<long> answers, Counter<long> rejections)
    {
        string answer = status switch
        {
            RelayStatus.Ok => "ok",
            RelayStatus.UnexpectedMessage or RelayStatus.ConnectionFailed => "error",
            _ => "rejected",
        };
        Add(answers, "status", answer);
        if (answer == "rejected")
        {
            Add(rejections, "reason", status switch
            {
                // go has this word for it whichever limit was reached
                RelayStatus.ReservationRefused => "ip constraint violation",
                RelayStatus.ResourceLimitExceeded => "resource limit exceeded",
                RelayStatus.PermissionDenied => "permission denied",
                RelayStatus.NoReservation => "no reservation",
                RelayStatus.MalformedMessage => "malformed message",
                _ => "unknown",
            });
        }
    }

    private static void Add(Counter<long> counter, string label, string value)
        => counter.Add(1, new KeyValuePair<string, object?>(label, value));
}
