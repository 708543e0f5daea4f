module tenon/clients/report

go 1.25.0
